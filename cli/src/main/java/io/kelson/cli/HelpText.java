package io.kelson.cli;

import java.util.ArrayList;
import java.util.List;

/** What {@code --help} shows: a line to begin with, examples, and only then the flags. */
final class HelpText {
  private static final int NAME_COLUMNS = 30;

  private final StringBuilder text = new StringBuilder();
  private final boolean isColoured;

  private HelpText(boolean isColoured) {
    this.isColoured = isColoured;
  }

  /** The help text of a command or group; an empty path is the whole program. */
  static String of(List<String> path, boolean isColoured) {
    HelpText help = new HelpText(isColoured);
    Command command = Commands.named(String.join(" ", path));
    if (command != null) {
      help.command(command.form());
    } else {
      help.group(path);
    }
    return help.text.toString();
  }

  private void command(Command.Form form) {
    String name = CommandLines.PROGRAM + ' ' + String.join(" ", form.words());
    text.append(form.summary()).append("\n\n");
    heading("Usage");
    text.append("  ").append(name);
    if (!form.synopsis().isEmpty()) {
      text.append(' ').append(form.synopsis());
    }
    text.append(" [flags]\n");
    if (!form.examples().isEmpty()) {
      text.append('\n');
      heading("Examples");
      form.examples().forEach(example -> text.append("  ").append(example).append('\n'));
    }
    if (!form.flags().isEmpty()) {
      text.append('\n');
      heading("Flags");
      form.flags().forEach(this::flag);
    }
    text.append("\nFlags that every command takes: ").append(CommandLines.PROGRAM);
    text.append(" --help\n");
  }

  private void group(List<String> path) {
    boolean isRoot = path.isEmpty();
    String name = isRoot ? CommandLines.PROGRAM : CommandLines.PROGRAM + ' ' + path.get(0);
    text.append(isRoot ? "A command line for Kelson and etcd." : path.get(0) + " commands.");
    text.append("\n\n");
    heading("Usage");
    text.append("  ").append(name).append(" <command> [arguments] [flags]\n\n");
    heading("Commands");
    for (String command : Commands.names()) {
      if (isRoot || command.startsWith(path.get(0) + ' ')) {
        row(command, Commands.named(command).form().summary());
      }
    }
    if (isRoot) {
      text.append('\n');
      heading("Examples");
      for (String example : EXAMPLES) {
        text.append("  ").append(example).append('\n');
      }
    }
    text.append('\n');
    heading("Flags that every command takes");
    Globals.FLAGS.forEach(this::flag);
    text.append("\nMore about one command: ").append(name).append(" <command> --help\n");
  }

  /** The flags that every command takes. */
  static String options(boolean isColoured) {
    HelpText help = new HelpText(isColoured);
    help.heading("Flags that every command takes");
    Globals.FLAGS.forEach(help::flag);
    return help.text.toString();
  }

  private static final List<String> EXAMPLES =
      List.of(
          "kelsonctl put color blue                            write a key",
          "kelsonctl get --prefix app/                         read all keys that begin with app/",
          "kelsonctl watch --prefix app/                       see what changes",
          "kelsonctl endpoint status --cluster -w table        how the members are doing",
          "export KELSONCTL_ENDPOINTS=10.0.0.1:2379,10.0.0.2:2379    for all commands to come");

  private void heading(String heading) {
    text.append(Colours.bold(heading + ':', isColoured)).append('\n');
  }

  private void flag(Command.Flag flag) {
    StringBuilder name = new StringBuilder();
    name.append(flag.letter().isEmpty() ? "    " : '-' + flag.letter() + ", ");
    name.append("--").append(flag.name());
    if (!flag.parameter().isEmpty()) {
      name.append('=').append(flag.parameter());
    }
    row(name.toString(), flag.meaning());
  }

  private void row(String name, String meaning) {
    List<String> cells = new ArrayList<>(List.of("  " + name));
    if (name.length() > NAME_COLUMNS) {
      text.append(cells.get(0)).append('\n').append(" ".repeat(NAME_COLUMNS + 4));
    } else {
      text.append(cells.get(0)).append(" ".repeat(NAME_COLUMNS + 2 - name.length()));
    }
    text.append(meaning).append('\n');
  }
}
