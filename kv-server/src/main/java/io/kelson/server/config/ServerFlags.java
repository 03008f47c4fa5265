package io.kelson.server.config;

import io.kelson.server.KelsonVersion;
import io.kelson.server.config.Given.Source;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads etcd's flags, environment variables and configuration file.
 *
 * <p>A flag may be written {@code --flag value}, {@code --flag=value} or with a single dash. A flag
 * that is absent is looked up as {@code KELSON_FLAG}, then as {@code ETCD_FLAG}, in capitals with
 * {@code _} for {@code -}. The last of two equal flags wins, as in etcd.
 *
 * <p>With a file, nothing else counts, as in etcd; but what a flag or a {@code KELSON_} variable
 * says beside it is refused unless it says the same, so that nobody believes in a setting that is
 * not in force.
 */
public final class ServerFlags {
  private ServerFlags() {}

  /**
   * What the command line asks for.
   *
   * @param config the settings, or null if only something is to be printed
   * @param text what to print instead of starting, or null
   * @param warnings things a user should hear of before the server starts
   * @param differences settings that are not what they would be by default, as {@code name=value};
   *     nothing secret
   */
  public record Parsed(
      ServerConfig config, String text, List<String> warnings, List<String> differences) {}

  /**
   * Reads flags and what stands beneath them.
   *
   * @throws ConfigException with everything that is wrong: flags and keys that do not exist (with
   *     the nearest one that does), values that are none, settings that make no sense together
   */
  public static Parsed parse(List<String> args, Map<String, String> environment) {
    Problems problems = new Problems();
    CommandLineSource flags = CommandLineSource.read(args, problems);
    if (flags.wantsHelp()) {
      problems.throwIfAny();
      return new Parsed(null, ServerHelp.text(), List.of(), List.of());
    }
    if (flags.wantsVersion()) {
      problems.throwIfAny();
      return new Parsed(null, KelsonVersion.text(), List.of(), List.of());
    }
    return parse(flags, environment, problems).parsed();
  }

  /** What was read, with where it came from. */
  record Reading(ServerConfig config, List<String> warnings, Map<String, Given> given) {
    Parsed parsed() {
      return new Parsed(config, null, warnings, differences());
    }

    private List<String> differences() {
      return given.values().stream()
          .filter(g -> g.setting().fate() == Setting.Fate.OBEYED)
          .filter(g -> !g.text().equals(g.setting().defaultText()))
          .map(g -> g.setting().name() + "=" + g.setting().shown(g.text()))
          .toList();
    }
  }

  static Reading parse(
      CommandLineSource flags, Map<String, String> environment, Problems problems) {
    List<String> warnings = new ArrayList<>(EnvironmentSource.warnings(environment));
    Map<String, Given> variables = EnvironmentSource.read(environment);
    String file =
        flags.configFile() != null ? flags.configFile() : EnvironmentSource.configFile(environment);
    Map<String, Given> given;
    if (file == null) {
      given = new LinkedHashMap<>(variables);
      flags.given().values().forEach(flag -> overlay(given, flag));
    } else {
      given = YamlSource.read(file, problems);
      requireSame(given, flags.given(), file, problems, warnings);
      requireSame(given, variables, file, problems, warnings);
    }
    Draft draft = new Draft();
    requireOneName(given, problems);
    for (Given one : given.values()) {
      problems.check(() -> one.apply(draft));
      warn(one, warnings);
    }
    problems.throwIfAny();
    return new Reading(build(draft, given), List.copyOf(warnings), given);
  }

  /** A flag wins over a variable, also if one of the two bears a name of old. */
  private static void overlay(Map<String, Given> given, Given flag) {
    given
        .values()
        .removeIf(
            other ->
                other.source().kind() == Source.Kind.VARIABLE
                    && other.setting().canonicalName().equals(flag.setting().canonicalName()));
    given.put(flag.setting().name(), flag);
  }

  private static void requireSame(
      Map<String, Given> inFile,
      Map<String, Given> others,
      String file,
      Problems problems,
      List<String> warnings) {
    for (Given other : others.values()) {
      Given said = inFile.get(other.setting().name());
      if (said != null && said.text().equals(other.text())) {
        continue;
      }
      String name = other.source().name();
      if (name.startsWith("ETCD_")) {
        warnings.add(
            "environment variable %s is ignored, as in etcd: only %s counts".formatted(name, file));
      } else {
        problems.add(
            "%s has no effect beside the configuration file %s; write %s into it, or leave it out"
                .formatted(name, file, other.setting().name()));
      }
    }
  }

  /** A name of old and the one of today may both be there, if they agree. */
  private static void requireOneName(Map<String, Given> given, Problems problems) {
    Set<String> complained = new HashSet<>();
    for (Given old : given.values()) {
      Given today = given.get(old.setting().canonicalName());
      if (today != null
          && today != old
          && !today.text().equals(old.text())
          && complained.add(old.setting().name())) {
        problems.add(
            "%s says \"%s\" and %s says \"%s\"; they are the same setting, leave out the first"
                .formatted(
                    old.source().kind() == Source.Kind.FILE
                        ? old.source().place() + ": " + old.setting().name()
                        : old.source().name(),
                    old.setting().shown(old.text()),
                    today.source().kind() == Source.Kind.FILE
                        ? today.setting().name()
                        : today.source().name(),
                    today.setting().shown(today.text())));
      }
    }
  }

  private static void warn(Given given, List<String> warnings) {
    Setting setting = given.setting();
    if (setting.fate() == Setting.Fate.WITHOUT_EFFECT) {
      warnings.add("%s has no effect: %s".formatted(place(given), setting.why()));
    } else if (setting.isOld()) {
      warnings.add("%s is a name of old; write %s".formatted(place(given), setting.replacement()));
    }
    if (setting.name().equals("feature-gates")) {
      warnings.addAll(FeatureGates.warnings(given.text()));
    }
  }

  private static String place(Given given) {
    return given.source().kind() == Source.Kind.FILE
        ? given.source().place() + ": " + given.setting().name()
        : given.source().name();
  }

  /** What does not fit together, with the line of the first setting that is named. */
  private static ServerConfig build(Draft draft, Map<String, Given> given) {
    try {
      return draft.build();
    } catch (ConfigException e) {
      throw new ConfigException(e.problems().stream().map(p -> located(p, given)).toList());
    }
  }

  private static String located(String problem, Map<String, Given> given) {
    return given.values().stream()
        .filter(g -> g.source().kind() == Source.Kind.FILE)
        .filter(g -> problem.matches("(?s).*" + g.setting().flag() + "(?![a-z-]).*"))
        .min(java.util.Comparator.comparingInt(g -> problem.indexOf(g.setting().flag())))
        .map(g -> g.source().place() + ": " + Given.inFile(problem))
        .orElse(problem);
  }
}
