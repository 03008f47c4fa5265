package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchListener;
import io.kelson.client.WatchOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** {@code make-mirror}: copies what is there to another cluster, then every change. */
final class MakeMirrorCommand implements Command {
  private static final long REPORT_SECONDS = 30;

  @Override
  public Form form() {
    return new Form(
        List.of("make-mirror"),
        "<destination>",
        "Mirrors keys to another cluster until it is stopped; prints every 30 s how many writes it"
            + " has made there.",
        Destination.copyFlags(
            Flag.value("rev", "revision", "begin with the changes of this revision, copy nothing")),
        List.of(
            "kelsonctl make-mirror 10.0.1.1:2379                    everything",
            "kelsonctl make-mirror 10.0.1.1:2379 --prefix=app/      only what begins with app/",
            "kelsonctl make-mirror 10.0.1.1:2379 --rev=1201         go on where another one ended"));
  }

  @Override
  public void run(Flags flags, Session session) throws InterruptedException {
    if (flags.arguments().size() != 1) {
      throw CliException.badArgs("make-mirror takes one destination argument");
    }
    Bytes from = ByteText.bytes(flags.text("prefix", ""));
    Bytes to = Destination.prefix(flags);
    Batch batch =
        new Batch(
            Destination.client(flags, session, flags.arguments().get(0)),
            Destination.maxTxnOps(flags));
    KelsonClient source = session.client();
    AtomicLong written = new AtomicLong();
    long revision = flags.number("rev");
    if (revision == 0) {
      KeyPages keys = new KeyPages(source, from, 0);
      revision = keys.revision() + 1;
      written.addAndGet(CopyCommand.copy(keys, from, to, batch, session.console()));
    }
    WatchOptions.Builder options =
        WatchOptions.builder(from.isEmpty() ? Bytes.ZERO : from).startRevision(revision);
    WatchOptions all = (from.isEmpty() ? options.rangeEnd(Bytes.ZERO) : options.prefix()).build();
    CompletableFuture<Void> end = new CompletableFuture<>();
    source.watch(all, new Changes(batch, from, to, written, end));
    report(session.console(), written, end);
  }

  private static void report(Console console, AtomicLong written, CompletableFuture<Void> end)
      throws InterruptedException {
    while (true) {
      try {
        end.get(REPORT_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        console.line(Long.toString(written.get())).flush();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof EtcdException cause ? cause : new IllegalStateException(e);
      }
    }
  }

  /** Writes changes over there, a revision never in halves unless it is larger than a batch. */
  private static final class Changes implements WatchListener {
    private final Batch batch;
    private final Bytes from;
    private final Bytes to;
    private final AtomicLong written;
    private final CompletableFuture<Void> end;

    Changes(Batch batch, Bytes from, Bytes to, AtomicLong written, CompletableFuture<Void> end) {
      this.batch = batch;
      this.from = from;
      this.to = to;
      this.written = written;
      this.end = end;
    }

    @Override
    public void onEvents(WatchBatch changes) {
      try {
        long revision = 0;
        for (WatchEvent event : changes.events()) {
          // A key may change in each of two revisions, and in one transaction only once.
          if (event.kv().modRevision() != revision) {
            batch.commit();
            revision = event.kv().modRevision();
          }
          Bytes key = CopyCommand.renamed(event.kv().key(), from, to);
          if (event.type() == WatchEvent.Type.PUT) {
            batch.put(key, event.kv().value());
          } else {
            batch.delete(key);
          }
          written.incrementAndGet();
        }
        batch.commit();
      } catch (EtcdException e) {
        end.completeExceptionally(e);
        throw e;
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
