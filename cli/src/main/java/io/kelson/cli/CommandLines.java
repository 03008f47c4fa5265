package io.kelson.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ScopeType;

/**
 * Makes picocli read a line the way etcdctl does: flags anywhere, a toggle takes a value only
 * behind {@code =}, {@code --} ends the flags, and nothing is expanded.
 *
 * <p>The model is built by hand instead of from annotations, and only for the commands whose names
 * occur in the line: reflection over all of them would double the time to start.
 */
final class CommandLines {
  static final String PROGRAM = "kelsonctl";

  private static final int HELP_COLUMNS = 100;

  private final Map<String, Command> commands = new LinkedHashMap<>();
  private final Flags flags = new Flags();
  private final CommandLine line;
  private final boolean forHelp;

  private CommandLines(CommandSpec root, boolean forHelp) {
    this.forHelp = forHelp;
    this.line =
        new CommandLine(root)
            .setExpandAtFiles(false)
            .setOverwrittenOptionsAllowed(true)
            .setPosixClusteredShortOptionsAllowed(true);
  }

  /**
   * What a line says.
   *
   * @param path the words of the command or group it names
   * @param command null when the line names none, or only a group
   * @param flags its flags and arguments
   */
  record Parsed(List<String> path, Command command, Flags flags) {}

  /** Reads a whole line; throws picocli's exceptions when it is not one. */
  static Parsed parse(List<Command> all, List<String> arguments) {
    CommandLines lines = new CommandLines(root(), false);
    List<Command> named =
        all.stream().filter(c -> arguments.containsAll(c.form().words())).toList();
    (named.isEmpty() ? all : named).forEach(lines::add);
    return lines.read(arguments);
  }

  /**
   * Reads a line inside txn or watch: one command's flags and arguments, its name already taken.
   */
  static Flags parseInner(Command command, List<String> arguments) {
    CommandSpec alone = CommandSpec.create().name(command.form().words().get(0));
    CommandLines lines = new CommandLines(alone, false);
    lines.commands.put("", command);
    lines.fill(lines.line.getCommandSpec(), command.form());
    return lines.read(arguments).flags();
  }

  /** The help text of a command or group. */
  static String help(List<Command> all, List<String> path) {
    CommandLines lines = new CommandLines(root(), true);
    all.forEach(lines::add);
    lines.line.setUsageHelpWidth(HELP_COLUMNS);
    CommandLine named = lines.line;
    for (String word : path) {
      named = named.getSubcommands().get(word);
    }
    return named.getUsageMessage(CommandLine.Help.Ansi.OFF);
  }

  private static CommandSpec root() {
    CommandSpec root = CommandSpec.create().name(PROGRAM);
    root.usageMessage().abbreviateSynopsis(true).description("A command line for Kelson and etcd.");
    return root;
  }

  private void add(Command command) {
    if (line.getCommandSpec().options().isEmpty()) {
      addGlobals(line.getCommandSpec());
    }
    List<String> words = command.form().words();
    CommandLine parent = line;
    String path = "";
    for (String group : words.subList(0, words.size() - 1)) {
      path = path + group + " ";
      CommandLine existing = parent.getSubcommands().get(group);
      if (existing == null) {
        CommandSpec spec = CommandSpec.create();
        spec.usageMessage().abbreviateSynopsis(true).description(group + " commands.");
        parent.addSubcommand(group, spec);
        existing = parent.getSubcommands().get(group);
      }
      parent = existing;
    }
    String name = words.get(words.size() - 1);
    CommandSpec spec = CommandSpec.create();
    fill(spec, command.form());
    parent.addSubcommand(name, spec);
    commands.put(path + name, command);
  }

  private void addGlobals(CommandSpec root) {
    for (String[] flag : Globals.ALL) {
      String letter = flag[0].equals("write-out") ? "w" : "";
      String meaning =
          flag[3] + (flag[1].isEmpty() || flag[2].isEmpty() ? "" : " (" + flag[1] + ")");
      root.addOption(option(new Command.Flag(flag[0], letter, flag[2], meaning), true));
    }
    root.addOption(option(new Command.Flag("help", "h", "", "show this text"), true));
  }

  private void fill(CommandSpec spec, Command.Form form) {
    spec.usageMessage().description(form.summary());
    spec.usageMessage().abbreviateSynopsis(true).sortOptions(false);
    if (!form.examples().isEmpty()) {
      spec.usageMessage().footerHeading("%nExamples:%n");
      spec.usageMessage()
          .footer(form.examples().stream().map(e -> "  " + e).toArray(String[]::new));
    }
    form.flags().forEach(flag -> spec.addOption(option(flag, false)));
    spec.addPositional(
        PositionalParamSpec.builder()
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("0..*")
            .paramLabel(form.synopsis())
            .hideParamSyntax(true)
            .hidden(form.synopsis().isEmpty())
            .build());
  }

  private OptionSpec option(Command.Flag flag, boolean inherited) {
    OptionSpec.Builder option =
        flag.letter().isEmpty()
            ? OptionSpec.builder("--" + flag.name())
            : OptionSpec.builder("-" + flag.letter(), "--" + flag.name());
    option
        .type(String.class)
        .description(flag.meaning())
        .order(inherited ? 1000 : 0)
        .scopeType(inherited ? ScopeType.INHERIT : ScopeType.LOCAL)
        .setter(
            new CommandLine.Model.ISetter() {
              @Override
              public <T> T set(T value) {
                if (value != null) {
                  flags.set(flag.name(), value.toString());
                }
                return null;
              }
            });
    if (flag.parameter().isEmpty()) {
      // That a toggle may be given as --name=false is true but no help.
      option.arity(forHelp ? "0" : "0..1").preprocessor(new Toggle());
    } else {
      option.arity("1").paramLabel(flag.parameter());
    }
    return option.build();
  }

  /** Keeps a toggle from eating the argument after it. */
  private static final class Toggle implements CommandLine.IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> arguments, CommandSpec spec, ArgSpec toggle, Map<String, Object> info) {
      // picocli's word for "the next argument" is a blank.
      if (!" ".equals(info.get("separator"))) {
        return false;
      }
      toggle.setValue("true");
      return true;
    }
  }

  private Parsed read(List<String> arguments) {
    CommandLine.ParseResult result = line.parseArgs(arguments.toArray(String[]::new));
    List<String> path = new ArrayList<>();
    while (result.hasSubcommand()) {
      result = result.subcommand();
      path.add(result.commandSpec().name());
    }
    flags.arguments(result.matchedPositionalValue(0, List.of()));
    return new Parsed(path, commands.get(String.join(" ", path)), flags);
  }
}
