package io.kelson.raft.runtime;

import io.kelson.raft.core.Effects;
import io.kelson.raft.core.Input;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.RaftCore;
import io.kelson.raft.core.SnapshotInstall;
import io.kelson.raft.core.SnapshotRequest;
import io.kelson.raft.log.LogWriter;
import io.kelson.raft.log.SegmentedLog;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The snapshots that a member gets from its leader, and those that it sends as one.
 *
 * <p>{@link #install} and {@link #stopped} may be called by any thread, the others by the one that
 * steps the core.
 */
final class Snapshots {
  private static final int GRACE_TICKS = 100;
  private static final long MAX_HELD_ENTRIES = 1_000_000;

  private final RaftCore core;
  private final Function<Input, Effects> step;
  private final Mailbox mailbox;
  private final ApplyThread applier;
  private final LogWriter writer;
  private final SegmentedLog log;
  private final SnapshotShipper shipper;
  private final Shipments shipments = new Shipments(GRACE_TICKS, MAX_HELD_ENTRIES);
  private final Set<CompletableFuture<Void>> installs = ConcurrentHashMap.newKeySet();
  private long ticks;

  /**
   * Nothing is under way yet.
   *
   * @param step steps the core and carries out what it asks for
   * @param mailbox takes what has to wait for the core
   */
  Snapshots(
      RaftCore core,
      Function<Input, Effects> step,
      Mailbox mailbox,
      ApplyThread applier,
      LogWriter writer,
      SegmentedLog log,
      SnapshotShipper shipper) {
    this.core = core;
    this.step = step;
    this.mailbox = mailbox;
    this.applier = applier;
    this.writer = writer;
    this.log = log;
    this.shipper = shipper;
  }

  /** Hands one in, as {@link RaftNode#install} does. */
  CompletableFuture<Void> install(ReceivedSnapshot snapshot) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    installs.add(done);
    done.whenComplete((nothing, failed) -> installs.remove(done));
    mailbox.offer(() -> received(snapshot, done));
    return done;
  }

  /** Whoever still waits for an installation waits in vain. */
  void stopped() {
    installs.forEach(
        done -> done.completeExceptionally(new IllegalStateException("this member is stopping")));
  }

  private void received(ReceivedSnapshot snapshot, CompletableFuture<Void> done) {
    ConfigEntry configThen =
        snapshot.config().length == 0 ? null : ConfigEntry.decode(snapshot.config());
    // A write of the same step belongs to the log that is being replaced; it has gone first when
    // this returns.
    Effects effects =
        step.apply(
            new Input.SnapshotReceived(
                snapshot.from(), snapshot.term(), snapshot.position(), configThen));
    SnapshotInstall install = effects.install();
    if (install != null) {
      beginInstall(snapshot, install, done);
    } else if (core.commitIndex() >= snapshot.position().index()) {
      done.complete(null);
    } else {
      done.completeExceptionally(
          new IllegalStateException(snapshot + " is not wanted by " + core.role()));
    }
  }

  /**
   * The state first, durably, then the log: a crash in between finds a state ahead of its log,
   * which the next start knows how to mend; the other way round there would be a gap. The log
   * writer waits meanwhile, so that nothing that follows the snapshot is written to the log it
   * replaces.
   */
  private void beginInstall(
      ReceivedSnapshot snapshot, SnapshotInstall install, CompletableFuture<Void> done) {
    CompletableFuture<Void> stateInstalled = new CompletableFuture<>();
    applier.submit(snapshot, stateInstalled);
    writer.submit(
        () -> {
          stateInstalled.join();
          log.reset(install.position(), install.hardState());
          mailbox.offer(
              () -> {
                step.apply(new Input.SnapshotInstalled(install.position()));
                done.complete(null);
              });
        });
  }

  /** Sends one, as the core asked. */
  void ship(SnapshotRequest request) {
    shipments.began(request.to(), core.appliedIndex());
    shipper
        .ship(request.to(), request.term())
        .whenComplete(
            (position, failed) -> shipped(request.to(), failed == null ? position : null));
  }

  private void shipped(long to, LogPosition position) {
    mailbox.offer(
        () -> {
          shipments.ended(to, ticks);
          step.apply(new Input.SnapshotShipped(to, position));
        });
  }

  /** Time goes on. */
  void tick() {
    ticks++;
  }

  /**
   * Up to where the log may be cut, as followers that are sent a snapshot will need what follows.
   *
   * @param appliedIndex what the state machine has applied; also the answer if nothing is sent
   */
  long mayCutTo(long appliedIndex) {
    return shipments.limit(appliedIndex, ticks);
  }
}
