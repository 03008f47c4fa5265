package io.kelson.cli;

import java.util.List;

/** One command: what its line looks like, and what it does. */
interface Command {
  /**
   * A flag of a command.
   *
   * @param name without the dashes
   * @param letter the short form; empty for none
   * @param parameter what its value is called; empty for a flag that is either there or not
   * @param meaning for the help text
   */
  record Flag(String name, String letter, String parameter, String meaning) {
    static Flag toggle(String name, String meaning) {
      return new Flag(name, "", "", meaning);
    }

    static Flag value(String name, String parameter, String meaning) {
      return new Flag(name, "", parameter, meaning);
    }
  }

  /**
   * How a command reads.
   *
   * @param words the name, of one or two words
   * @param synopsis the arguments
   * @param summary one sentence
   * @param flags its own flags
   * @param examples lines to try, each with what it does
   */
  record Form(
      List<String> words,
      String synopsis,
      String summary,
      List<Flag> flags,
      List<String> examples) {}

  Form form();

  /** Does it; output is printed through the session's console. */
  void run(Flags flags, Session session) throws InterruptedException;
}
