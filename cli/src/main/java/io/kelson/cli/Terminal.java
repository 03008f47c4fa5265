package io.kelson.cli;

import java.util.Map;

/**
 * Which of standard input, output and error are a terminal, and whether it may be coloured.
 *
 * @param in somebody types
 * @param out somebody looks at the output
 * @param err somebody looks at the messages
 * @param isColoured output may be coloured
 */
record Terminal(boolean in, boolean out, boolean err, boolean isColoured) {
  /** Where nobody looks. */
  static final Terminal NONE = new Terminal(false, false, false, false);

  /**
   * What {@code bin/kelsonctl} has found out, which Java cannot for each by itself: the letters i,
   * o and e in the system property {@code kelsonctl.terminal}. {@code NO_COLOR} and a dumb terminal
   * count.
   */
  static Terminal of(String letters, Map<String, String> variables) {
    boolean out = letters.contains("o");
    boolean isPlain =
        !variables.getOrDefault("NO_COLOR", "").isEmpty()
            || variables.getOrDefault("TERM", "dumb").equals("dumb");
    return new Terminal(letters.contains("i"), out, letters.contains("e"), out && !isPlain);
  }
}
