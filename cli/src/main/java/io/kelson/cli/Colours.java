package io.kelson.cli;

/** Colours, for terminals only. */
final class Colours {
  private static final String END = "\u001b[0m";

  private Colours() {}

  static String bold(String text, boolean isColoured) {
    return isColoured ? "\u001b[1m" + text + END : text;
  }

  static String red(String text, boolean isColoured) {
    return isColoured ? "\u001b[31m" + text + END : text;
  }

  static String green(String text, boolean isColoured) {
    return isColoured ? "\u001b[32m" + text + END : text;
  }

  static String yellow(String text, boolean isColoured) {
    return isColoured ? "\u001b[33m" + text + END : text;
  }
}
