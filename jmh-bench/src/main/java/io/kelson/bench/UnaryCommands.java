package io.kelson.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The workloads of calls that are answered once each. */
final class UnaryCommands {
  private UnaryCommands() {}

  /** The size of what is written. */
  static final class ValueSize {
    @Option(
        names = "--val-size",
        defaultValue = "256",
        description = "Bytes per value (default: ${DEFAULT-VALUE}).")
    private int bytes;

    int bytes() {
      return bytes;
    }
  }

  /** Puts. */
  @Command(
      name = "put",
      mixinStandardHelpOptions = true,
      description = "Puts of distinct values to random keys.",
      footer = {
        "",
        "Fill 100,000 keys, then put at 5,000 a second whatever the answers:",
        "  load put --sequential --total 100000 --clients 64 --connections 8",
        "  load put --rate 5000 --connections 8 --duration 30"
      })
  static final class Put implements Callable<Integer> {
    @Mixin private LoadOptions load;
    @Mixin private ValueSize value;

    @Option(names = "--sequential", description = "Each key in turn, as to fill the key space.")
    private boolean sequential;

    @Override
    public Integer call() throws InterruptedException {
      return load.run(new PutWorkload(load.keys(), value.bytes(), sequential));
    }
  }

  /** Reads. */
  @Command(
      name = "range",
      mixinStandardHelpOptions = true,
      description = "Reads of one random key each, of pages or counts; fill the key space before.",
      footer = {
        "",
        "Single keys from each member alone; pages of 1,000 keys; counts of all keys:",
        "  load range --consistency s --clients 64 --connections 8",
        "  load range --page 1000 --key-space 100000",
        "  load range --count-only --key-space 100000"
      })
  static final class Range implements Callable<Integer> {
    @Mixin private LoadOptions load;

    @Option(
        names = "--consistency",
        defaultValue = "l",
        description = "l: linearizable, s: serializable (default: ${DEFAULT-VALUE}).")
    private Consistency consistency;

    @ArgGroup private Extent extent = new Extent();

    /** How much is read at once. */
    static final class Extent {
      @Option(names = "--page", description = "Pages of so many keys instead of single ones.")
      private int page;

      @Option(names = "--count-only", description = "Counts of the whole key space.")
      private boolean countOnly;
    }

    @Override
    public Integer call() throws InterruptedException {
      boolean serializable = consistency == Consistency.s;
      if (extent.countOnly) {
        return load.run(new CountWorkload(load.keys(), serializable));
      }
      return load.run(
          extent.page > 0
              ? new PageWorkload(load.keys(), extent.page, serializable)
              : new RangeWorkload(load.keys(), serializable));
    }
  }

  /** Compare and put. */
  @Command(
      name = "txn-put",
      mixinStandardHelpOptions = true,
      description = {
        "Transactions that put a random key if it is still at the revision that the last answer",
        "about it told, and read it if not. Failed compares are counted apart."
      },
      footer = {
        "",
        "From 64 clients, on few enough keys that they get in each other's way:",
        "  load txn-put --clients 64 --connections 8 --key-space 1000"
      })
  static final class TxnPut implements Callable<Integer> {
    @Mixin private LoadOptions load;
    @Mixin private ValueSize value;

    @Override
    public Integer call() throws InterruptedException {
      return load.run(new TxnPutWorkload(load.keys(), value.bytes()));
    }
  }

  /** Transactions that read or write. */
  @Command(
      name = "txn-mixed",
      mixinStandardHelpOptions = true,
      description = "Transactions of reads or of puts without a condition; fill the keys before.",
      footer = {
        "",
        "Nine reading transactions of four keys for each that writes four:",
        "  load txn-mixed --read-share 0.9 --ops 4 --clients 64 --connections 8"
      })
  static final class TxnMixed implements Callable<Integer> {
    @Mixin private LoadOptions load;
    @Mixin private ValueSize value;

    @Option(
        names = "--read-share",
        defaultValue = "0.5",
        description = "Share of transactions that read (default: ${DEFAULT-VALUE}).")
    private double readShare;

    @Option(
        names = "--ops",
        defaultValue = "1",
        description = "Operations per transaction (default: ${DEFAULT-VALUE}).")
    private int operations;

    @Override
    public Integer call() throws InterruptedException {
      return load.run(new TxnMixedWorkload(load.keys(), value.bytes(), readShare, operations));
    }
  }

  /** Read, modify, write. */
  @Command(
      name = "stm",
      mixinStandardHelpOptions = true,
      description = {
        "Reads of a random key and puts for the case that it has not changed, tried again until",
        "they succeed. An operation is both calls together."
      },
      footer = {
        "",
        "From 16 clients on 100 keys:",
        "  load stm --clients 16 --connections 4 --key-space 100"
      })
  static final class Stm implements Callable<Integer> {
    @Mixin private LoadOptions load;
    @Mixin private ValueSize value;

    @Override
    public Integer call() throws InterruptedException {
      return load.run(new StmWorkload(load.keys(), value.bytes()));
    }
  }

  /** How fresh a read must be, in etcd's letters. */
  enum Consistency {
    l,
    s
  }
}
