package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.DeleteOp;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.RangeOp;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** {@code check}: what the cluster can do, with etcdctl's workloads and verdicts. */
final class CheckCommands {
  private static final int VALUE_BYTES = 1024;
  private static final double SLOWEST_SECONDS = 0.5;
  private static final double STDDEV_SECONDS = 0.1;

  /**
   * A workload.
   *
   * @param rate puts per second, or of datascale all puts
   * @param clients puts under way at once
   */
  private record Load(int rate, int clients) {}

  private CheckCommands() {}

  private static final List<Command.Flag> FLAGS =
      List.of(
          Command.Flag.value("load", "s|m|l|xl", "how much: small, medium, large, extra large (s)"),
          Command.Flag.toggle("auto-compact", "compact afterwards"),
          Command.Flag.toggle("auto-defrag", "defragment afterwards"));

  private static List<Command.Flag> flags(Command.Flag... more) {
    List<Command.Flag> flags = new java.util.ArrayList<>(FLAGS);
    flags.addAll(List.of(more));
    return flags;
  }

  static Command perf() {
    return new Verb(
        new Command.Form(
            List.of("check", "perf"),
            "",
            "Writes for a minute at a rate that a cluster of that size should bear.",
            flags(
                Command.Flag.value(
                    "prefix", "prefix", "below which it writes (/etcdctl-check-perf/)"),
                Command.Flag.value("duration", "duration", "how long (60s)")),
            List.of(
                "kelsonctl check perf                    150 puts a second with 50 clients",
                "kelsonctl check perf --load=l           8000 puts a second with 500 clients",
                "kelsonctl check perf --duration=5s      a first look")),
        CheckCommands::perf);
  }

  private static void perf(Flags flags, Session session) throws InterruptedException {
    Load load =
        switch (flags.text("load", "s").toLowerCase(Locale.ROOT)) {
          case "s", "small" -> new Load(150, 50);
          case "m", "medium" -> new Load(1000, 200);
          case "l", "large" -> new Load(8000, 500);
          case "xl", "xlarge" -> new Load(15000, 1000);
          default -> throw unknownLoad(flags);
        };
    Duration duration = flags.duration("duration", "60s");
    Bytes prefix = ByteText.bytes(flags.text("prefix", "/etcdctl-check-perf/"));
    KelsonClient client = session.client();
    requireEmpty(client, prefix);
    PutLoad.Result result;
    try (Progress progress = Progress.of(session.console(), "check perf", "puts")) {
      result =
          new PutLoad(client, prefix, VALUE_BYTES, load.clients(), progress)
              .atRate(load.rate(), duration);
    }
    boolean passes = verdict(session.console(), result, load);
    cleanUp(flags, session, client, prefix);
    session.console().line(passes ? "PASS" : "FAIL");
    if (!passes) {
      throw new CliException(ExitCode.ERROR, "the cluster does not bear this load");
    }
  }

  private static boolean verdict(Console console, PutLoad.Result result, Load load) {
    boolean passes = true;
    if (result.errors() > 0) {
      console.line("FAIL: too many errors");
      console.line("FAIL: ERROR(" + result.lastError() + ") -> " + result.errors());
      passes = false;
    }
    long rate = (long) result.perSecond() + 1;
    if (result.perSecond() / load.rate() <= 0.9) {
      console.line("FAIL: Throughput too low: " + rate + " writes/s");
      passes = false;
    } else {
      console.line("PASS: Throughput is " + rate + " writes/s");
    }
    if (result.slowestSeconds() > SLOWEST_SECONDS) {
      console.line("Slowest request took too long: " + seconds(result.slowestSeconds()));
      passes = false;
    } else {
      console.line("PASS: Slowest request took " + seconds(result.slowestSeconds()));
    }
    if (result.stddevSeconds() > STDDEV_SECONDS) {
      console.line("Stddev too high: " + seconds(result.stddevSeconds()));
      return false;
    }
    console.line("PASS: Stddev is " + seconds(result.stddevSeconds()));
    return passes;
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%fs", seconds);
  }

  static Command datascale() {
    return new Verb(
        new Command.Form(
            List.of("check", "datascale"),
            "",
            "Writes many keys, and prints how much memory the member at the first endpoint takes for"
                + " them.",
            flags(
                Command.Flag.value(
                    "prefix", "prefix", "below which it writes (/etcdctl-check-datascale/)")),
            List.of(
                "kelsonctl check datascale               10,000 keys of 1 KiB",
                "kelsonctl check datascale --load=m --auto-compact --auto-defrag")),
        CheckCommands::datascale);
  }

  private static void datascale(Flags flags, Session session) throws InterruptedException {
    Load load =
        switch (flags.text("load", "s").toLowerCase(Locale.ROOT)) {
          case "s", "small" -> new Load(10_000, 50);
          case "m", "medium" -> new Load(100_000, 200);
          case "l", "large" -> new Load(1_000_000, 500);
          case "xl", "xlarge" -> new Load(3_000_000, 1000);
          default -> throw unknownLoad(flags);
        };
    Bytes prefix = ByteText.bytes(flags.text("prefix", "/etcdctl-check-datascale/"));
    Console console = session.console();
    KelsonClient client = session.client(session.endpoints().subList(0, 1));
    requireEmpty(client, prefix);
    Metrics metrics = Metrics.of(session, session.endpoints().get(0));
    double before = metrics.value("process_resident_memory_bytes");
    console.line(
        "Start data scale check for work load ["
            + load.rate()
            + " key-value pairs, "
            + VALUE_BYTES
            + " bytes per key-value, "
            + load.clients()
            + " concurrent clients].");
    console.flush();
    PutLoad.Result result;
    try (Progress progress = Progress.of(console, "check datascale", "puts")) {
      result = new PutLoad(client, prefix, VALUE_BYTES, load.clients(), progress).many(load.rate());
    }
    double after = metrics.value("process_resident_memory_bytes");
    cleanUp(flags, session, client, prefix);
    if (result.errors() > 0) {
      console.line("FAIL: too many errors");
      console.line("FAIL: ERROR(" + result.lastError() + ") -> " + result.errors());
      throw new CliException(ExitCode.ERROR, result.errors() + " puts failed");
    }
    double megabytes = (after - before) / (1 << 20);
    console.line(
        String.format(Locale.ROOT, "PASS: Approximate system memory used : %.2f MB.", megabytes));
  }

  private static CliException unknownLoad(Flags flags) {
    return CliException.badFeature(
        "unknown load option " + ByteText.readable(flags.text("load", "")));
  }

  private static void requireEmpty(KelsonClient client, Bytes prefix) {
    long found =
        client
            .range(RangeOp.builder(prefix).rangeEnd(prefix.prefixEnd()).countOnly(true).build())
            .count();
    if (found > 0) {
      String quoted = GoText.quoted(prefix);
      throw CliException.invalidInput(
          "prefix "
              + quoted
              + " has keys. Delete with 'kelsonctl del --prefix "
              + prefix.utf8()
              + "' first.");
    }
  }

  private static void cleanUp(Flags flags, Session session, KelsonClient client, Bytes prefix) {
    long revision = client.delete(DeleteOp.prefix(prefix)).header().revision();
    Console console = session.console();
    if (flags.isSet("auto-compact")) {
      console.line("Compacting with revision " + revision);
      client.compact(revision, true);
      console.line("Compacted with revision " + revision);
    }
    if (!flags.isSet("auto-defrag")) {
      return;
    }
    for (String endpoint : client.endpoints()) {
      console.line("Defragmenting " + GoText.quoted(endpoint));
      try {
        client.maintenance().defragment(endpoint);
        console.line("Defragmented " + GoText.quoted(endpoint));
      } catch (EtcdException e) {
        throw new CliException(ExitCode.ERROR, "defragmentation failed: " + e.text());
      }
    }
  }
}
