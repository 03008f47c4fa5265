package io.kelson.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits a line of txn or watch input into words, quoted or not. */
final class Words {
  /** A double-quoted string with escapes, a single-quoted one without, or anything else. */
  private static final Pattern WORD =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'|[^'\"\\s]\\S*[^'\"\\s]?");

  private Words() {}

  static List<String> of(String line) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(line);
    while (word.find()) {
      words.add(plain(word.group()));
    }
    return words;
  }

  private static String plain(String word) {
    if (word.startsWith("'") && word.length() > 1) {
      return word.substring(1, word.length() - 1);
    }
    if (!word.startsWith("\"")) {
      return word;
    }
    try {
      return GoText.unquoted(word);
    } catch (IllegalArgumentException e) {
      throw CliException.invalidInput(e.getMessage());
    }
  }
}
