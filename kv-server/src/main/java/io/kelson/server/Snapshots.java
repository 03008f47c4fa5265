package io.kelson.server;

import io.kelson.raft.core.LogPosition;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.raft.runtime.SnapshotShipper;
import io.kelson.raft.snapshot.LoggingSnapshotListener;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import io.kelson.raft.snapshot.SnapshotListener;
import io.kelson.raft.snapshot.SnapshotOptions;
import io.kelson.raft.snapshot.SnapshotReceiver;
import io.kelson.raft.snapshot.SnapshotSender;
import io.kelson.raft.snapshot.SnapshotSink;
import io.kelson.raft.transport.SnapshotStreams;
import io.kelson.server.config.ReplicationSettings;
import io.kelson.server.mvcc.StoreHome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Snapshots on their way from this member's store to others, and from others into it. */
final class Snapshots implements SnapshotShipper, AutoCloseable {
  private final SnapshotSender sender;
  private final SnapshotReceiver receiver;

  private Snapshots(SnapshotSender sender, SnapshotReceiver receiver) {
    this.sender = sender;
    this.receiver = receiver;
  }

  /**
   * Takes over the snapshot connections of a transport that has not been started.
   *
   * @param settings how fast snapshots may travel
   * @throws IOException if what an earlier run left of incoming snapshots cannot be deleted
   */
  static Snapshots open(
      long selfId,
      ReplicationSettings settings,
      StoreHome home,
      SnapshotStreams streams,
      ConsensusHandle node)
      throws IOException {
    SnapshotOptions options =
        SnapshotOptions.DEFAULT.withMaxBytesPerSecond(settings.snapshotBytesPerSecond());
    SnapshotListener events = new LoggingSnapshotListener(selfId);
    SnapshotReceiver receiver =
        SnapshotReceiver.open(options, home.incomingPath(), new Sink(home, node), events);
    streams.acceptWith(receiver);
    return new Snapshots(new SnapshotSender(options, home, streams, events), receiver);
  }

  @Override
  public CompletableFuture<LogPosition> ship(long to, long term) {
    return sender.send(to, term);
  }

  /** Whoever leads now ships its own. */
  void ledNoMore() {
    sender.abortAll();
  }

  @Override
  public void close() {
    receiver.close();
    sender.close();
  }

  private record Sink(StoreHome home, ConsensusHandle node) implements SnapshotSink {
    @Override
    public Optional<String> objection(long from, long term, LogPosition position) {
      RaftStatus status = node.status();
      return status.term() > term
          ? Optional.of("it is of term " + term + ", and this member is in term " + status.term())
          : Optional.empty();
    }

    @Override
    public Optional<Path> held(String name) {
      return home.held(name);
    }

    @Override
    public void verify(ReceivedSnapshot snapshot) throws IOException {
      home.verify(snapshot);
    }

    @Override
    public CompletableFuture<Void> received(ReceivedSnapshot snapshot) {
      return node.install(snapshot);
    }
  }
}
