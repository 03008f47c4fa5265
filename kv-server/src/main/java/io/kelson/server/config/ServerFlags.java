package io.kelson.server.config;

import io.kelson.server.KelsonVersion;
import io.kelson.server.config.ServerConfig.ClusterState;
import io.kelson.server.config.ServerConfig.LogLevel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Reads etcd's flags and environment variables.
 *
 * <p>A flag may be written {@code --flag value}, {@code --flag=value} or with a single dash. A flag
 * that is absent is looked up as {@code KELSON_FLAG}, then as {@code ETCD_FLAG}, in capitals with
 * {@code _} for {@code -}. The last of two equal flags wins, as in etcd. A flag whose feature does
 * not exist is unknown, so that nobody believes in a protection they do not have.
 */
@Command(name = "kelson server")
public final class ServerFlags {
  private static final List<String> PREFIXES = List.of("KELSON_", "ETCD_");

  @Option(names = "--name", paramLabel = "NAME")
  private String name;

  @Option(names = "--data-dir", paramLabel = "DIR")
  private Path dataDir;

  @Option(names = "--listen-client-urls", paramLabel = "URLS")
  private String listenClientUrls;

  @Option(names = "--advertise-client-urls", paramLabel = "URLS")
  private String advertiseClientUrls;

  @Option(names = "--listen-peer-urls", paramLabel = "URLS")
  private String listenPeerUrls;

  @Option(names = "--initial-advertise-peer-urls", paramLabel = "URLS")
  private String initialAdvertisePeerUrls;

  @Option(names = "--initial-cluster", paramLabel = "NAME=URL,...")
  private String initialCluster;

  @Option(names = "--initial-cluster-state", paramLabel = "new|existing")
  private ClusterState initialClusterState;

  @Option(names = "--initial-cluster-token", paramLabel = "TOKEN")
  private String initialClusterToken;

  @Option(names = "--heartbeat-interval", paramLabel = "MS")
  private Integer heartbeatInterval;

  @Option(names = "--election-timeout", paramLabel = "MS")
  private Integer electionTimeout;

  @Option(names = "--read-lease", paramLabel = "true|false", arity = "0..1", fallbackValue = "true")
  private Boolean readLease;

  @Option(names = "--read-lease-max-clock-drift-percent", paramLabel = "PERCENT")
  private Integer readLeaseMaxClockDriftPercent;

  @Option(names = "--snapshot-count", paramLabel = "ENTRIES")
  private Long snapshotCount;

  @Option(names = "--max-request-bytes", paramLabel = "BYTES")
  private Integer maxRequestBytes;

  @Option(names = "--max-txn-ops", paramLabel = "COUNT")
  private Integer maxTxnOps;

  @Option(names = "--log-level", paramLabel = "LEVEL", converter = LogLevelConverter.class)
  private LogLevel logLevel;

  @Option(
      names = {"--version", "-v"},
      help = true)
  private boolean version;

  @Option(
      names = {"--help", "-h"},
      help = true)
  private boolean help;

  private ServerFlags() {}

  /**
   * What the command line asks for.
   *
   * @param config the settings, or null if only something is to be printed
   * @param text what to print instead of starting, or null
   * @param warnings things a user should hear of before the server starts
   */
  public record Parsed(ServerConfig config, String text, List<String> warnings) {}

  /**
   * Reads flags and the environment beneath them.
   *
   * @throws ConfigException if a flag is unknown (with the nearest one that exists), lacks its
   *     value, or the settings make no sense
   */
  public static Parsed parse(List<String> args, Map<String, String> environment) {
    ServerFlags flags = new ServerFlags();
    CommandLine line =
        new CommandLine(flags)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setOverwrittenOptionsAllowed(true);
    Set<String> known = longNames(line);
    List<String> given = args.stream().map(ServerFlags::withTwoDashes).toList();
    List<String> all = new ArrayList<>(fromEnvironment(known, environment));
    int fromEnvironment = all.size();
    all.addAll(given);
    try {
      line.parseArgs(all.toArray(String[]::new));
    } catch (ParameterException e) {
      throw new ConfigException(explain(e, known, all.subList(0, fromEnvironment), given));
    }
    if (flags.help) {
      return new Parsed(null, ServerHelp.text(), List.of());
    }
    if (flags.version) {
      return new Parsed(null, KelsonVersion.text(), List.of());
    }
    return new Parsed(flags.config(), null, unknownVariables(known, environment));
  }

  private ServerConfig config() {
    ServerConfigBuilder b = ServerConfig.builder();
    maybe(name, b::name);
    maybe(dataDir, b::dataDir);
    maybeUrls("--listen-client-urls", listenClientUrls, b::listenClientUrls);
    maybeUrls("--advertise-client-urls", advertiseClientUrls, b::advertiseClientUrls);
    maybeUrls("--listen-peer-urls", listenPeerUrls, b::listenPeerUrls);
    maybeUrls(
        "--initial-advertise-peer-urls", initialAdvertisePeerUrls, b::initialAdvertisePeerUrls);
    maybe(initialCluster, text -> b.initialCluster(InitialCluster.parse(text)));
    maybe(initialClusterState, b::initialClusterState);
    maybe(initialClusterToken, b::initialClusterToken);
    maybe(heartbeatInterval, b::heartbeatIntervalMillis);
    maybe(electionTimeout, b::electionTimeoutMillis);
    maybe(readLease, b::readLease);
    maybe(readLeaseMaxClockDriftPercent, b::readLeaseMaxClockDriftPercent);
    maybe(snapshotCount, b::snapshotCount);
    maybe(maxRequestBytes, b::maxRequestBytes);
    maybe(maxTxnOps, b::maxTxnOps);
    maybe(logLevel, b::logLevel);
    return b.build();
  }

  private static <T> void maybe(T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }

  private static void maybeUrls(String flag, String text, Consumer<List<String>> setter) {
    maybe(text, t -> setter.accept(UrlList.parse(flag, t)));
  }

  /** Every flag with two dashes. */
  static Set<String> longNames() {
    return longNames(new CommandLine(new ServerFlags()));
  }

  private static Set<String> longNames(CommandLine line) {
    return line.getCommandSpec().options().stream()
        .map(OptionSpec::longestName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Go's flag package, and so etcd, takes one dash for two. */
  private static String withTwoDashes(String arg) {
    boolean single = arg.length() > 2 && arg.charAt(0) == '-' && arg.charAt(1) != '-';
    return single && Character.isLetter(arg.charAt(1)) ? "-" + arg : arg;
  }

  private static List<String> fromEnvironment(Set<String> known, Map<String, String> environment) {
    List<String> args = new ArrayList<>();
    for (String flag : known) {
      if (flag.equals("--help") || flag.equals("--version")) {
        continue;
      }
      for (String prefix : PREFIXES) {
        String value = environment.get(prefix + variable(flag));
        if (value != null && !value.isEmpty()) {
          args.add(flag + "=" + value);
          break;
        }
      }
    }
    return args;
  }

  private static String variable(String flag) {
    return flag.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static List<String> unknownVariables(Set<String> known, Map<String, String> environment) {
    Set<String> names = known.stream().map(ServerFlags::variable).collect(Collectors.toSet());
    return environment.keySet().stream()
        .filter(v -> v.startsWith("ETCD_") && !names.contains(v.substring("ETCD_".length())))
        .sorted()
        .map(v -> "environment variable " + v + " is no flag of this version and is ignored")
        .toList();
  }

  private static String explain(
      ParameterException e, Set<String> known, List<String> fromEnvironment, List<String> given) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      return unknown(unmatched.getUnmatched().get(0), known);
    }
    if (e instanceof MissingParameterException missing
        && missing.getMissing().get(0) instanceof OptionSpec option) {
      return option.longestName() + " needs a value, for example " + option.longestName() + "=...";
    }
    if (e.getArgSpec() instanceof OptionSpec option) {
      String flag = option.longestName();
      boolean inherited =
          fromEnvironment.stream().anyMatch(arg -> arg.startsWith(flag + "="))
              && given.stream().noneMatch(arg -> arg.equals(flag) || arg.startsWith(flag + "="));
      String where = inherited ? " (from the environment, *_" + variable(flag) + ")" : "";
      return "%s%s: \"%s\" is not %s"
          .formatted(flag, where, e.getValue(), expectation(option.type()));
    }
    return e.getMessage();
  }

  private static String expectation(Class<?> type) {
    if (type == ClusterState.class) {
      return "one of new, existing";
    }
    if (type == Boolean.class) {
      return "one of true, false";
    }
    return type == LogLevel.class ? "one of debug, info, warn, error" : "a whole number";
  }

  private static String unknown(String argument, Set<String> known) {
    if (!argument.startsWith("-")) {
      return "\"" + argument + "\" is not a flag; see kelson server --help";
    }
    int equals = argument.indexOf('=');
    String flag = equals < 0 ? argument : argument.substring(0, equals);
    return "unknown flag %s; did you mean %s? See kelson server --help"
        .formatted(flag, NearestName.of(flag, known));
  }

  /** etcd has two levels beyond error; nothing here is worse than an error. */
  static final class LogLevelConverter implements ITypeConverter<LogLevel> {
    @Override
    public LogLevel convert(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "debug" -> LogLevel.DEBUG;
        case "info" -> LogLevel.INFO;
        case "warn" -> LogLevel.WARN;
        case "error", "panic", "fatal", "dpanic" -> LogLevel.ERROR;
        default -> throw new TypeConversionException(text);
      };
    }
  }
}
