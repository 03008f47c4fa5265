package io.kelson.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The workloads of streams: watchers and leases. */
final class StreamCommands {
  private StreamCommands() {}

  /** How many streams. */
  static final class Streams {
    @Option(
        names = "--streams",
        description = "Streams over the connections (default: one per connection).")
    private int count;

    int count(LoadOptions load) {
      return count > 0 ? count : load.connections();
    }
  }

  /** Events a second. */
  @Command(
      name = "watch",
      mixinStandardHelpOptions = true,
      description = {
        "Writers put watched keys, and the events that watchers get are counted, all that must",
        "come; --clients are the writers. Latency counts from a put's start to an event's arrival.",
        "A key of each watcher's own needs as many --keys as --watchers."
      },
      footer = {
        "",
        "One writer and 1,000 watchers of one key; 64 writers and 10,000 watchers of as many keys:",
        "  load watch --watchers 1000 --connections 8",
        "  load watch --watchers 10000 --keys 10000 --clients 64 --connections 8"
      })
  static final class Watch implements Callable<Integer> {
    @Mixin private LoadOptions load;
    @Mixin private UnaryCommands.ValueSize value;
    @Mixin private Streams streams;

    @Option(
        names = "--watchers",
        defaultValue = "1000",
        description = "Watchers, each of one key (default: ${DEFAULT-VALUE}).")
    private int watchers;

    @Option(
        names = "--keys",
        defaultValue = "1",
        description = "Keys written and watched (default: ${DEFAULT-VALUE}).")
    private int keys;

    @Override
    public Integer call() throws InterruptedException {
      return load.print(
          new WatchLoad(
                  "watch",
                  WatchLoad.keys(keys),
                  watchers,
                  streams.count(load),
                  value.bytes(),
                  load.plan(),
                  Vigil.STALLED)
              .run(load.pids(), ProgressLine.onTerminal()));
    }
  }

  /** How old events are when they come. */
  @Command(
      name = "watch-latency",
      mixinStandardHelpOptions = true,
      description = {
        "Time from the start of a put until its event arrives at the one watcher of its key; with",
        "--rate, puts are sent at random times that do not wait for answers."
      },
      footer = {
        "",
        "200 puts a second, all in the hundred keys that are watched:",
        "  load watch-latency --keys 100 --rate 200 --connections 4"
      })
  static final class WatchLatency implements Callable<Integer> {
    @Mixin private LoadOptions load;
    @Mixin private UnaryCommands.ValueSize value;
    @Mixin private Streams streams;

    @Option(
        names = "--keys",
        defaultValue = "1",
        description = "Keys written, each with one watcher (default: ${DEFAULT-VALUE}).")
    private int keys;

    @Override
    public Integer call() throws InterruptedException {
      return load.print(
          new WatchLoad(
                  "watch-latency",
                  WatchLoad.keys(keys),
                  keys,
                  streams.count(load),
                  value.bytes(),
                  load.plan(),
                  Vigil.STALLED)
              .run(load.pids(), ProgressLine.onTerminal()));
    }
  }

  /** How many leases. */
  static final class Leases {
    @Option(
        names = "--leases",
        defaultValue = "10000",
        description = "How many leases (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
        names = "--ttl",
        defaultValue = "60",
        description =
            "Seconds of each; longer than granting all of them takes (default: ${DEFAULT-VALUE}).")
    private long ttlSeconds;

    LeaseLoad load(LoadOptions load, int streams) {
      return new LeaseLoad(count, ttlSeconds, streams, load.plan(), Vigil.STALLED);
    }
  }

  /** Keepalives a second. */
  @Command(
      name = "lease-keepalive",
      mixinStandardHelpOptions = true,
      description = {
        "Grants leases and keeps them alive over streams in a closed loop; --clients are the",
        "keepalives that are unanswered at a time. Revokes the leases at the end."
      },
      footer = {
        "",
        "10,000 leases on 8 streams, 64 keepalives at a time:",
        "  load lease-keepalive --leases 10000 --clients 64 --connections 8"
      })
  static final class LeaseKeepAlive implements Callable<Integer> {
    @Mixin private LoadOptions load;
    @Mixin private Leases leases;
    @Mixin private Streams streams;

    @Override
    public Integer call() throws InterruptedException {
      return load.print(
          leases.load(load, streams.count(load)).keepAlive(load.pids(), ProgressLine.onTerminal()));
    }
  }

  /** How long leases outlive their time. */
  @Command(
      name = "lease-expiry",
      mixinStandardHelpOptions = true,
      description = {
        "Grants leases with a key each, renews all once and leaves them alone: latency is how long",
        "after its time each was seen to be gone, its maximum that of all. --duration, --total and",
        "--warmup do not apply."
      },
      footer = {
        "",
        "10,000 leases:",
        "  load lease-expiry --leases 10000 --ttl 30 --connections 4"
      })
  static final class LeaseExpiry implements Callable<Integer> {
    @Mixin private LoadOptions load;
    @Mixin private Leases leases;
    @Mixin private Streams streams;

    @Override
    public Integer call() throws InterruptedException {
      return load.print(
          leases.load(load, streams.count(load)).expire(load.pids(), ProgressLine.onTerminal()));
    }
  }
}
