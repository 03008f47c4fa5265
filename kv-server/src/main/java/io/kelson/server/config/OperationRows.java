package io.kelson.server.config;

import static io.kelson.server.config.Setting.SWITCH;
import static io.kelson.server.config.Setting.TIME;
import static io.kelson.server.config.Setting.of;

import io.kelson.server.config.ServerConfig.LogLevel;
import io.kelson.server.config.Setting.Group;
import java.util.List;
import java.util.Locale;

/** Settings about HTTP, metrics, checks and logs. */
final class OperationRows {
  private OperationRows() {}

  static void addTo(List<Setting> rows) {
    http(rows);
    checks(rows);
    logs(rows);
  }

  private static void http(List<Setting> rows) {
    rows.add(
        of(
                Group.HTTP,
                "listen-metrics-urls",
                "URLS",
                "",
                "where metrics and health are served in addition")
            .reads(t -> urls("--listen-metrics-urls", t), (d, v) -> d.listenMetricsUrls = v)
            .build());
    rows.add(
        of(
                Group.HTTP,
                "listen-client-http-urls",
                "URLS",
                "",
                "where HTTP/1.1 is served instead of beside gRPC")
            .reads(t -> urls("--listen-client-http-urls", t), (d, v) -> d.listenClientHttpUrls = v)
            .build());
    rows.add(
        of(Group.HTTP, "enable-grpc-gateway", SWITCH, "true", "serve the JSON gateway /v3/...")
            .reads(Texts::yesOrNo, (d, v) -> d.gateway = v)
            .build());
    rows.add(
        of(
                Group.HTTP,
                "metrics",
                "basic|extensive",
                "basic",
                "extensive: also how long calls take, by method")
            .reads(OperationRows::isExtensive, (d, v) -> d.extensiveMetrics = v)
            .build());
    rows.add(
        of(Group.HTTP, "cors", "ORIGINS", "*", "origins that browsers may call from; *: all")
            .reads(Texts::listOrAll, (d, v) -> d.cors = v)
            .build());
    rows.add(
        of(
                Group.HTTP,
                "host-whitelist",
                "NAMES",
                "*",
                "names that plain requests may call this host; *: all")
            .reads(Texts::listOrAll, (d, v) -> d.hostWhitelist = v)
            .build());
  }

  private static void checks(List<Setting> rows) {
    Setting.Builder progress =
        of(
                Group.CHECKS,
                "watch-progress-notify-interval",
                TIME,
                "10m",
                "how often quiet watchers that asked are told how far they are; at least 100ms")
            .tooSmall("idle watchers cost traffic")
            .tooLarge("they resume from far back, or find their revision gone")
            .reads(Texts::duration, (d, v) -> d.watchProgressInterval = v);
    rows.add(progress.build());
    rows.add(progress.oldName("experimental-watch-progress-notify-interval"));
    Setting.Builder whole =
        of(
                Group.CHECKS,
                "corrupt-check-time",
                TIME,
                "0s",
                "how often members compare all they hold; 0: never. It reads everything")
            .tooSmall("members do little else")
            .tooLarge("divergence is found late")
            .reads(Texts::duration, (d, v) -> d.corruptCheckInterval = v);
    rows.add(whole.build());
    rows.add(whole.oldName("experimental-corrupt-check-time"));
    Setting.Builder cheap =
        of(
                Group.CHECKS,
                "compact-hash-check-time",
                TIME,
                "1m",
                "how often they compare the hashes taken at compactions; 0: never")
            .tooSmall("needless traffic")
            .tooLarge("divergence is found late")
            .reads(Texts::duration, (d, v) -> d.compactHashInterval = v);
    rows.add(cheap.build());
    rows.add(cheap.oldName("experimental-compact-hash-check-time"));
    rows.add(
        of(
                Group.CHECKS,
                "feature-gates",
                "GATE=true,...",
                "",
                "InitialCorruptCheck: compare with the others before serving (on); "
                    + "CompactHashCheck: whether the flag above counts (on)")
            .reads(t -> t, FeatureGates::apply)
            .build());
    rows.add(oldGate("experimental-initial-corrupt-check", FeatureGates.INITIAL_CHECK));
    rows.add(oldGate("experimental-compact-hash-check-enabled", FeatureGates.COMPACT_HASH_CHECK));
  }

  private static Setting oldGate(String name, String gate) {
    return of(Group.CHECKS, name, SWITCH, "true", "")
        .reads(Texts::yesOrNo, (d, v) -> d.gate(gate, v))
        .replacedBy("--feature-gates=" + gate + "=true|false")
        .build();
  }

  private static void logs(List<Setting> rows) {
    rows.add(
        of(Group.LOG, "log-level", "LEVEL", "info", "debug, info, warn or error")
            .reads(OperationRows::level, (d, v) -> d.server.logLevel(v))
            .build());
    rows.add(
        of(
                Group.LOG,
                "log-format",
                "text|json",
                "text",
                "lines for people, or an object a line with etcd's field names")
            .reads(OperationRows::format, (d, v) -> d.logFormat = v)
            .build());
    rows.add(
        of(
                Group.LOG,
                "log-outputs",
                "NAMES",
                "stderr",
                "stderr, stdout, or paths of files, which grow until somebody moves them")
            .reads(OperationRows::outputs, (d, v) -> d.logOutputs = v)
            .build());
    Setting.Builder request =
        of(
                Group.LOG,
                "warning-unary-request-duration",
                TIME,
                "300ms",
                "a unary request that takes longer is worth a line; 0: none is")
            .tooSmall("lines about nothing")
            .tooLarge("slowness that nobody hears of")
            .reads(Texts::duration, (d, v) -> d.slowRequest = v);
    rows.add(request.build());
    rows.add(request.oldName("experimental-warning-unary-request-duration"));
    Setting.Builder apply =
        of(
                Group.LOG,
                "warning-apply-duration",
                TIME,
                "100ms",
                "entries that take longer to apply are worth a line; 0: none are")
            .tooSmall("lines about nothing")
            .tooLarge("slowness that nobody hears of")
            .reads(Texts::duration, (d, v) -> d.slowApply = v);
    rows.add(apply.build());
    rows.add(apply.oldName("experimental-warning-apply-duration"));
  }

  private static List<String> urls(String flag, String text) {
    return text.isEmpty() ? List.of() : UrlList.parse(flag, text);
  }

  private static boolean isExtensive(String text) {
    return switch (text) {
      case "basic" -> false;
      case "extensive" -> true;
      default -> throw new Texts.BadText("one of basic, extensive");
    };
  }

  /** etcd has levels beyond error; nothing here is worse than an error. */
  private static LogLevel level(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "debug" -> LogLevel.DEBUG;
      case "info" -> LogLevel.INFO;
      case "warn" -> LogLevel.WARN;
      case "error", "panic", "fatal", "dpanic" -> LogLevel.ERROR;
      default -> throw new Texts.BadText("one of debug, info, warn, error");
    };
  }

  /** etcd calls its lines for people "console". */
  private static LogSettings.Format format(String text) {
    return switch (text) {
      case "text", "console" -> LogSettings.Format.TEXT;
      case "json" -> LogSettings.Format.JSON;
      default -> throw new Texts.BadText("one of text, json");
    };
  }

  /** Under systemd, standard error is the journal. */
  private static List<String> outputs(String text) {
    return Texts.list(text).stream()
        .map(o -> o.equals("default") || o.equals("systemd/journal") ? "stderr" : o)
        .distinct()
        .toList();
  }
}
