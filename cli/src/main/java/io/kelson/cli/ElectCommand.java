package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.CompactedException;
import io.kelson.client.EtcdException;
import io.kelson.client.Header;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchListener;
import io.kelson.client.Watcher;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** {@code elect}: stands for election and leads until it is stopped, or shows who leads. */
final class ElectCommand implements Command {
  private static final long TTL_SECONDS = 60;

  @Override
  public Form form() {
    return new Form(
        List.of("elect"),
        "<name> [proposal]",
        "Waits to be elected, with a proposal for all to see, and leads until Ctrl-C.",
        List.of(new Flag("listen", "l", "", "do not stand; print each leader's proposal")),
        List.of(
            "kelsonctl elect cron host-a      leads, or waits for the one who does",
            "kelsonctl elect cron -l          prints who leads, and every change"));
  }

  @Override
  public void run(Flags flags, Session session) throws InterruptedException {
    List<String> arguments = flags.arguments();
    if (arguments.isEmpty() || arguments.size() > 2) {
      throw CliException.badArgs(
          "elect takes one election name argument and an optional proposal argument");
    }
    boolean listens = flags.isSet("listen");
    if (listens && arguments.size() == 2) {
      throw CliException.badArgs("proposal given but -l is set");
    }
    if (!listens && arguments.size() == 1) {
      throw CliException.badArgs("no proposal argument but -l not set");
    }
    Printer printer = Printers.of(session, false);
    printer.requireKeyValues();
    KelsonClient client = session.client();
    WaitingLine line = new WaitingLine(client, arguments.get(0));
    if (listens) {
      session.atInterrupt(() -> {});
      observe(line, client, printer, session.console());
    } else {
      campaign(line, ByteText.bytes(arguments.get(1)), client, printer, session);
    }
  }

  private static void campaign(
      WaitingLine line, Bytes proposal, KelsonClient client, Printer printer, Session session)
      throws InterruptedException {
    HeldLease lease = HeldLease.grant(client, TTL_SECONDS);
    session.atInterrupt(() -> LockCommand.giveUp(lease));
    WaitingLine.Place place = line.first(lease, proposal);
    session.atInterrupt(
        () -> {
          try {
            line.leave(place);
          } finally {
            lease.close();
          }
        });
    printer.range(client.range(RangeOp.key(place.key())));
    session.console().flush();
    LockCommand.awaitLoss(lease);
    throw new CliException(ExitCode.ERROR, "elect: session expired");
  }

  /** Prints the leader's key whenever it is another one or has another value. */
  private static void observe(
      WaitingLine line, KelsonClient client, Printer printer, Console console)
      throws InterruptedException {
    while (true) {
      RangeResult oldest = client.range(line.oldest());
      Header header = oldest.header();
      KeyValue leader = oldest.kvs().isEmpty() ? null : oldest.kvs().get(0);
      Changes changes = new Changes(leader, printer, console);
      changes.show(header);
      Watcher watcher = line.watch(header.revision(), changes);
      try {
        changes.end.get();
      } catch (ExecutionException e) {
        // Behind what has been compacted: begin anew.
        if (!(e.getCause() instanceof CompactedException)) {
          throw e.getCause() instanceof EtcdException cause ? cause : new IllegalStateException(e);
        }
      } finally {
        watcher.close();
      }
    }
  }

  /** Follows one leader until it goes; when there is none, until there is one. */
  private static final class Changes implements WatchListener {
    private final Printer printer;
    private final Console console;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final KeyValue leader;

    Changes(KeyValue leader, Printer printer, Console console) {
      this.leader = leader;
      this.printer = printer;
      this.console = console;
    }

    void show(Header header) {
      if (leader != null) {
        print(header, leader);
      }
    }

    private void print(Header header, KeyValue kv) {
      printer.range(new RangeResult(header, List.of(kv), false, 0));
      console.flush();
    }

    @Override
    public void onEvents(WatchBatch batch) {
      for (WatchEvent event : batch.events()) {
        if (end.isDone()) {
          return;
        }
        if (leader == null || event.kv().key().equals(leader.key())) {
          if (leader != null && event.type() == WatchEvent.Type.PUT) {
            print(batch.header(), event.kv());
          } else {
            end.complete(null);
          }
        }
      }
    }

    @Override
    public void onClosed(EtcdException cause) {
      if (cause != null) {
        end.completeExceptionally(cause);
      }
    }
  }
}
