package io.kelson.cli;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Asks for passwords: unseen on a terminal, else the next word of standard input. */
final class Passwords {
  private Passwords() {}

  /** The next word of standard input, for scripts. */
  static String fromInput(Console console) {
    StringBuilder word = new StringBuilder();
    try {
      for (int b = console.in().read(); b >= 0 && b != '\n'; b = console.in().read()) {
        if (b != ' ' && b != '\t' && b != '\r') {
          word.append((char) b);
        } else if (word.length() > 0) {
          break;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteText.readable(word.toString());
  }

  /** Asks twice, as for a new password. */
  static String asked(Session session, String user) {
    String first = ask(session, "Password of " + user + ": ");
    if (first.isEmpty()) {
      throw CliException.badArgs("empty password");
    }
    String second = ask(session, "Type password of " + user + " again for confirmation: ");
    if (!first.equals(second)) {
      throw CliException.badArgs("given passwords are different");
    }
    return first;
  }

  /** Asks once. */
  static String ask(Session session, String prompt) {
    Console console = session.console();
    java.io.Console terminal = System.console();
    if (console.terminal().in() && terminal != null) {
      char[] typed = terminal.readPassword("%s", prompt);
      return typed == null ? "" : new String(typed);
    }
    console.print(prompt).flush();
    String line = console.readLine();
    console.print("\n");
    return line == null ? "" : ByteText.readable(line);
  }
}
