package io.kelson.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads a line the way etcdctl does: flags anywhere behind their command, global flags before it as
 * well, a toggle takes a value only behind {@code =}, {@code --} ends the flags, and nothing is
 * expanded.
 *
 * <p>A reader of our own, because half of what a command costs is the start of the program: classes
 * of the libraries for this cannot be kept in the archive that {@code bin/kelsonctl} starts from.
 */
final class CommandLines {
  static final String PROGRAM = "kelsonctl";

  private final List<String> path = new ArrayList<>();
  private final List<String> positional = new ArrayList<>();
  private final Flags flags = new Flags();
  private final List<String> arguments;
  private final boolean isInner;
  private Command command;
  private Command.Form form;
  private int next;

  private CommandLines(List<String> arguments, Command inner) {
    this.arguments = arguments;
    this.isInner = inner != null;
    if (isInner) {
      settle(inner);
    }
  }

  /**
   * What a line says.
   *
   * @param path the words of the command or group it names
   * @param command null when the line names none, or only a group
   * @param flags its flags and arguments
   */
  record Parsed(List<String> path, Command command, Flags flags) {}

  /** Reads a whole line; throws {@link UsageException} when it is not one. */
  static Parsed parse(List<String> arguments) {
    return new CommandLines(arguments, null).read();
  }

  /**
   * Reads a line inside txn or watch: one command's flags and arguments, its name already taken.
   */
  static Flags parseInner(Command command, List<String> arguments) {
    return new CommandLines(arguments, command).read().flags();
  }

  private void settle(Command found) {
    command = found;
    form = found.form();
  }

  private Parsed read() {
    while (next < arguments.size()) {
      String word = arguments.get(next++);
      if (word.equals("--")) {
        behindDashes();
      } else if (word.startsWith("--")) {
        longFlag(word);
      } else if (word.startsWith("-") && word.length() > 1) {
        shortFlags(word);
      } else {
        plain(word);
      }
    }
    flags.arguments(positional);
    return new Parsed(List.copyOf(path), command, flags);
  }

  private void behindDashes() {
    List<String> rest = arguments.subList(next, arguments.size());
    next = arguments.size();
    rest.forEach(this::plain);
  }

  private void plain(String word) {
    if (command != null) {
      positional.add(word);
      return;
    }
    path.add(word);
    String name = String.join(" ", path);
    Command named = Commands.named(name);
    if (named != null) {
      settle(named);
    } else if (!Commands.isGroup(name)) {
      path.remove(path.size() - 1);
      String parent = path.isEmpty() ? PROGRAM : PROGRAM + ' ' + String.join(" ", path);
      throw refused(
          "unknown command " + GoText.quoted(ByteText.readable(word)) + " for \"" + parent + '"');
    }
  }

  private void longFlag(String word) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word.substring(2) : word.substring(2, equals);
    Command.Flag flag = flag(name, true);
    if (flag == null) {
      throw refused("unknown flag: --" + ByteText.readable(name));
    }
    if (equals >= 0) {
      set(flag, word.substring(equals + 1));
    } else if (flag.parameter().isEmpty()) {
      set(flag, "true");
    } else {
      set(flag, following("--" + name));
    }
  }

  private void shortFlags(String word) {
    for (int i = 1; i < word.length(); i++) {
      String letter = word.substring(i, i + 1);
      Command.Flag flag = flag(letter, false);
      if (flag == null) {
        throw refused(
            "unknown shorthand flag: '" + letter + "' in -" + ByteText.readable(word.substring(i)));
      }
      String rest = word.substring(i + 1);
      if (rest.startsWith("=")) {
        set(flag, rest.substring(1));
        return;
      }
      if (!flag.parameter().isEmpty()) {
        set(flag, rest.isEmpty() ? following("'" + letter + "' in " + word) : rest);
        return;
      }
      set(flag, "true");
    }
  }

  private String following(String flag) {
    if (next == arguments.size()) {
      throw refused("flag needs an argument: " + ByteText.readable(flag));
    }
    return arguments.get(next++);
  }

  private void set(Command.Flag flag, String value) {
    boolean isList = flag.name().equals("endpoints") && flags.has("endpoints");
    flags.set(flag.name(), isList ? flags.text("endpoints", "") + ',' + value : value);
  }

  private Command.Flag flag(String text, boolean byName) {
    if (form != null) {
      for (Command.Flag flag : form.flags()) {
        if (matches(flag, text, byName)) {
          return flag;
        }
      }
    }
    if (!isInner) {
      for (Command.Flag flag : Globals.FLAGS) {
        if (matches(flag, text, byName)) {
          return flag;
        }
      }
    }
    return null;
  }

  private static boolean matches(Command.Flag flag, String text, boolean byName) {
    return text.equals(byName ? flag.name() : flag.letter());
  }

  private UsageException refused(String message) {
    return new UsageException(path, message);
  }
}
