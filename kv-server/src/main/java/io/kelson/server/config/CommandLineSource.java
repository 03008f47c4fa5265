package io.kelson.server.config;

import io.kelson.server.config.Given.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What the flags of a command line say.
 *
 * @param given by the setting's name as written; the last of two equal flags wins, as in etcd
 * @param configFile the file named, or null
 * @param wantsHelp whether help is asked for
 * @param wantsVersion whether versions are asked for
 */
record CommandLineSource(
    Map<String, Given> given, String configFile, boolean wantsHelp, boolean wantsVersion) {
  static final String CONFIG_FILE = "--config-file";

  /** Reads flags as Go's flag package does: one dash or two, {@code =} or a space. */
  static CommandLineSource read(List<String> args, Problems problems) {
    CommandLine line = new CommandLine(spec());
    line.setOverwrittenOptionsAllowed(true)
        .setExpandAtFiles(false)
        .setUnmatchedArgumentsAllowed(true)
        .setTrimQuotes(false);
    line.getCommandSpec().parser().collectErrors(true);
    ParseResult parsed =
        line.parseArgs(args.stream().map(CommandLineSource::withTwoDashes).toArray(String[]::new));
    unknown(parsed.unmatched(), problems);
    parsed.errors().forEach(e -> problems.add(explain(e)));
    Map<String, Given> given = new LinkedHashMap<>();
    String file = null;
    for (OptionSpec option : parsed.matchedOptions()) {
      String flag = option.longestName();
      String value = option.getValue();
      if (flag.equals(CONFIG_FILE)) {
        file = value;
      } else if (value != null) {
        SettingTable.find(flag.substring(2))
            .ifPresent(
                setting ->
                    given.put(
                        setting.name(),
                        new Given(setting, value, new Source(Source.Kind.FLAG, flag, 0))));
      }
    }
    return new CommandLineSource(
        given, file, parsed.hasMatchedOption("--help"), parsed.hasMatchedOption("--version"));
  }

  private static CommandSpec spec() {
    CommandSpec spec = CommandSpec.create().name("kelson server");
    for (Setting setting : SettingTable.all()) {
      OptionSpec.Builder option =
          OptionSpec.builder(setting.flag())
              .type(String.class)
              .arity(setting.isSwitch() ? "0..1" : "1");
      spec.addOption(setting.isSwitch() ? option.fallbackValue("true").build() : option.build());
    }
    spec.addOption(OptionSpec.builder(CONFIG_FILE).type(String.class).arity("1").build());
    spec.addOption(help("--help", "-h"));
    spec.addOption(help("--version", "-v"));
    return spec;
  }

  private static OptionSpec help(String... names) {
    return OptionSpec.builder(names).type(String.class).arity("0").help(true).build();
  }

  /** Go's flag package, and so etcd, takes one dash for two. */
  private static String withTwoDashes(String arg) {
    boolean single = arg.length() > 2 && arg.charAt(0) == '-' && arg.charAt(1) != '-';
    return single && Character.isLetter(arg.charAt(1)) ? "-" + arg : arg;
  }

  private static String explain(Exception e) {
    ArgSpec about =
        e instanceof MissingParameterException missing
            ? missing.getMissing().get(0)
            : e instanceof ParameterException parameter ? parameter.getArgSpec() : null;
    return about instanceof OptionSpec option
        ? option.longestName() + " needs a value, for example " + option.longestName() + "=..."
        : e.getMessage();
  }

  /** A word behind an unknown flag is meant as its value, which may be a password: not a word. */
  private static void unknown(List<String> arguments, Problems problems) {
    boolean isValue = false;
    for (String argument : arguments) {
      boolean isFlag = argument.startsWith("-");
      if (isFlag || !isValue) {
        problems.add(unknown(argument));
      }
      isValue = isFlag && argument.indexOf('=') < 0;
    }
  }

  private static String unknown(String argument) {
    if (!argument.startsWith("-")) {
      return "\"" + argument + "\" is not a flag; see kelson server --help";
    }
    int equals = argument.indexOf('=');
    String flag = equals < 0 ? argument : argument.substring(0, equals);
    return "unknown flag %s; did you mean %s? See kelson server --help"
        .formatted(flag, NearestName.of(flag, names()));
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>(List.of(CONFIG_FILE, "--help", "--version"));
    SettingTable.all().forEach(setting -> names.add(setting.flag()));
    return names;
  }
}
