package io.kelson.raft.runtime;

import io.kelson.raft.core.Effects;
import io.kelson.raft.core.Input;
import io.kelson.raft.core.LogFetch;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.Proposal;
import io.kelson.raft.core.RaftCore;
import io.kelson.raft.core.ReadReady;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.core.RoleChange;
import io.kelson.raft.core.SnapshotRequest;
import io.kelson.raft.log.LogFullException;
import io.kelson.raft.log.LogWriter;
import io.kelson.raft.log.SegmentedLog;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.ConfigurationChange;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import io.kelson.raft.transport.PeerTransport;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running member: the loop around {@link RaftCore}, and the threads that carry out what the
 * core asks for.
 *
 * <p>Four threads work for a node. The <em>log writer</em> makes batches durable and then sends
 * what waited for that. The <em>apply thread</em> feeds the state machine. The <em>fetch
 * thread</em> reads old entries for followers that lag. The <em>loop</em> makes ticks. The core is
 * stepped by one thread at a time, whichever {@link Turns} found for it: it drains the mailbox,
 * steps, and hands the effects on, and never waits for a disk or a socket. That may be the event
 * loop that read a message, the log writer or the apply thread with their own news, or the loop,
 * which also goes on where there is much to do. None of them makes a decision of its own; if one
 * seems needed, it belongs in the core.
 *
 * <p>All methods are thread-safe and none blocks, but for {@link #close}.
 */
public final class RaftNode implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(RaftNode.class);

  private static final long PORTION_BYTES = 4 << 20;

  private final RaftNodeOptions options;
  private final RaftCore core;
  private final PeerTransport transport;
  private final RaftListener listener;
  private final LongSupplier nanoClock;
  private final Mailbox mailbox;
  private final LogWriter writer;
  private final ApplyThread applier;
  private final FetchThread fetcher;
  private final LogCutter cutter;
  private final CutterSchedule schedule;
  private final StateMachine machine;
  private final SegmentedLog log;
  private final Snapshots snapshots;
  private final TickPacer pacer;
  private final Turns turns;

  private final WaitingReads reads = new WaitingReads();
  private volatile ConfigEntry config;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile RaftStatus status;
  private volatile boolean logFull;
  private volatile boolean machineFull;
  private volatile boolean stopped;

  private RaftNode(
      RaftNodeOptions options,
      SegmentedLog log,
      StateMachine machine,
      PeerTransport transport,
      SnapshotShipper shipper,
      RaftListener listener)
      throws IOException {
    this.options = options;
    this.log = log;
    this.machine = machine;
    this.transport = transport;
    this.listener = listener;
    this.nanoClock = System::nanoTime;
    this.core =
        new RaftCore(
            options.core(),
            Restart.restore(log, machine, options.core().entryCacheBytes()),
            machine.applied().index(),
            options.random());
    this.config = core.configEntry();
    String name = Long.toHexString(options.core().self());
    this.pacer = new TickPacer(options.tickInterval().toNanos(), nanoClock.getAsLong());
    this.turns = new Turns("raft-loop-" + name, options, pacer, nanoClock, new Rounds());
    this.mailbox = turns.mailbox();
    this.applier =
        new ApplyThread(
            "raft-apply-" + name,
            machine,
            log::read,
            options.maxApplyGroupBytes(),
            this::applied,
            this::fail);
    this.fetcher =
        new FetchThread(
            "raft-fetch-" + name,
            log::read,
            options.core().maxAppendBytes(),
            this::sendNow,
            this::fail);
    this.cutter =
        new LogCutter(
            "raft-cut-" + name,
            machine,
            log,
            options.keepEntries(),
            index -> mailbox.offer(() -> step(new Input.Compact(index))),
            this::fail);
    this.writer =
        new LogWriter(
            log,
            new WriterEvents(),
            log.metrics(),
            LogWriter.DEFAULT_QUEUE_BATCHES,
            "raft-log-" + name);
    this.snapshots = new Snapshots(core, this::step, mailbox, applier, writer, log, shipper);
    this.schedule =
        new CutterSchedule(
            cutter, options.snapshotEntries() + options.keepEntries(), snapshots::mayCutTo);
    this.status = currentStatus();
  }

  /**
   * Starts a member on its log and state machine. It becomes part of the cluster as soon as its
   * peers hear it.
   *
   * @param log opened and owned by the caller; written by this node only, and to be closed after it
   * @param transport not yet started; closed by the caller after this node
   * @param shipper carries snapshots to followers; what arrives from others comes in by {@link
   *     #install}
   * @throws IOException if the log cannot be read
   */
  public static RaftNode start(
      RaftNodeOptions options,
      SegmentedLog log,
      StateMachine machine,
      PeerTransport transport,
      SnapshotShipper shipper,
      RaftListener listener)
      throws IOException {
    RaftNode node = new RaftNode(options, log, machine, transport, shipper, listener);
    node.applier.start();
    node.fetcher.start();
    node.cutter.start();
    node.turns.start();
    try {
      transport.start(node.new PeerEvents());
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
    return node;
  }

  /**
   * Hands in a command. What becomes of it shows in the state machine once it is applied, or in
   * {@link RaftListener#proposalRejected}; if neither comes, its fate is unknown.
   *
   * @return false if too many are waiting, or the node has stopped; then it is certainly not in the
   *     log
   */
  public boolean propose(Proposal proposal) {
    return mailbox.offer(proposal);
  }

  /**
   * Asks for a linearizable read. All reads that wait when the loop comes round share one
   * confirmation.
   *
   * @return false if too many are waiting, or the node has stopped; then the waiter is not called
   */
  public boolean read(ReadWaiter waiter) {
    return mailbox.offer(waiter);
  }

  /**
   * Asks this member, if it leads, to hand leadership over; whether it did shows in {@link
   * #status}.
   */
  public void transferLeadership(long target) {
    mailbox.offer(() -> step(new Input.Transfer(target)));
  }

  /**
   * Asks for other members. Refusals come by {@link RaftListener#changeRejected}; that it is done
   * shows when the state machine applies the final configuration entry.
   *
   * @param id the caller's own number for it
   * @param context what the configuration entry carries beside the ids
   */
  public void changeConfiguration(long id, ConfigurationChange target, byte[] context) {
    mailbox.offer(() -> step(new Input.ChangeConfiguration(id, target, context)));
  }

  /** The configuration in force, as of some moment just past. */
  public ConfigEntry config() {
    return config;
  }

  /**
   * Hands in a snapshot that a leader has shipped here, complete and verified. Never blocks.
   *
   * @return done once the member has what the snapshot covers, because it was installed or because
   *     it was there already; fails if the snapshot is of an old term, or the node stops
   */
  public CompletableFuture<Void> install(ReceivedSnapshot snapshot) {
    CompletableFuture<Void> done = snapshots.install(snapshot);
    if (stopped || failure.get() != null) {
      snapshots.stopped();
    }
    return done;
  }

  /**
   * Says that the disk below the state machine is full, or has room again. While that one or the
   * log's is full this member does not want to lead.
   */
  public void stateMachineFull(boolean full) {
    machineFull = full;
    storageChanged();
  }

  private void storageChanged() {
    mailbox.offer(() -> step(new Input.Storage(logFull || machineFull)));
  }

  /** Where this member stands. */
  public RaftStatus status() {
    RaftStatus last = status;
    return new RaftStatus(
        last.self(),
        last.role(),
        last.term(),
        last.leader(),
        last.lastIndex(),
        last.durableIndex(),
        last.commitIndex(),
        applier.appliedIndex());
  }

  /** Messages from peers that were dropped because the loop did not keep up. */
  public long droppedMessages() {
    return mailbox.droppedMessages();
  }

  /**
   * Stops: nothing is accepted any more, what was handed to the disk and to the state machine is
   * finished, reads that still wait fail. Waits for all of that. Idempotent.
   */
  @Override
  public void close() {
    mailbox.close();
    // The loop itself may be waiting for room in the writer's queue.
    writer.stopWaiting();
    boolean interrupted = false;
    try {
      turns.awaitEnd();
      writer.close();
      applier.close();
      fetcher.close();
      cutter.close();
    } catch (InterruptedException e) {
      interrupted = true;
    }
    stopped = true;
    snapshots.stopped();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void applied(long index) {
    mailbox.applied(index);
    turns.turnHere();
  }

  private void round(Mailbox.Batch batch) {
    listener.batchTaken(batch.messages.size(), batch.proposals.size(), batch.reads.size());
    take(batch);
    long now = nanoClock.getAsLong();
    if (pacer.maybeTake(now)) {
      step(new Input.Tick(now));
      snapshots.tick();
      schedule.tick(core.appliedIndex(), core.base().index());
    }
    transport.flush();
    publishStatus();
  }

  private void take(Mailbox.Batch batch) {
    if (batch.persistedWrite > 0) {
      step(new Input.Persisted(batch.persistedWrite));
    }
    if (batch.appliedIndex > 0) {
      step(new Input.Applied(batch.appliedIndex));
    }
    for (Message message : batch.messages) {
      step(new Input.Receive(message));
    }
    batch.tasks.forEach(Runnable::run);
    propose(batch.proposals);
    if (!batch.reads.isEmpty()) {
      step(new Input.Read(reads.add(batch.reads), nanoClock.getAsLong()));
    }
  }

  /**
   * In portions of a few megabytes: a follower forwards each in one message, which has to fit a
   * frame.
   */
  private void propose(List<Proposal> proposals) {
    int lo = 0;
    long bytes = 0;
    for (int i = 0; i < proposals.size(); i++) {
      bytes += proposals.get(i).data().length;
      if (bytes >= PORTION_BYTES || i == proposals.size() - 1) {
        step(new Input.Propose(List.copyOf(proposals.subList(lo, i + 1))));
        lo = i + 1;
        bytes = 0;
      }
    }
  }

  private Effects step(Input input) {
    Effects effects = core.step(input);
    carryOut(effects);
    return effects;
  }

  private void carryOut(Effects effects) {
    if (effects == Effects.NONE) {
      return;
    }
    if (effects.persist() != null) {
      writer.submit(effects.persist());
    }
    for (Message message : effects.send()) {
      transport.send(message);
    }
    for (LogFetch fetch : effects.fetches()) {
      fetcher.submit(fetch);
    }
    if (effects.committed() != null) {
      applier.submit(effects.committed());
    }
    for (ReadReady ready : effects.readsReady()) {
      applier.whenApplied(ready.index(), reads.take(ready.id()));
    }
    for (Rejection rejection : effects.rejections()) {
      reject(rejection);
    }
    for (RoleChange change : effects.roleChanges()) {
      listener.roleChanged(change);
    }
    if (effects.activated() != null) {
      config = effects.activated();
      listener.configurationActivated(config);
    }
    if (effects.cut() != null) {
      cutter.cut(effects.cut());
    }
    for (SnapshotRequest request : effects.snapshots()) {
      snapshots.ship(request);
    }
  }

  private void reject(Rejection rejection) {
    switch (rejection.what()) {
      case PROPOSAL -> listener.proposalRejected(rejection);
      case READ -> reads.take(rejection.id()).forEach(waiter -> waiter.failed(rejection.reason()));
      case CONFIGURATION -> listener.changeRejected(rejection);
    }
  }

  private void turnDown(List<Proposal> proposals) {
    for (Proposal proposal : proposals) {
      if (proposal.id() != Proposal.NO_ID) {
        listener.proposalRejected(
            new Rejection(Rejection.What.PROPOSAL, proposal.id(), Rejection.Reason.NOT_SENT));
      }
    }
  }

  /** What came too late: reads fail, proposals are certainly not in the log. */
  private void refuse(Mailbox.Batch last) {
    last.reads.forEach(waiter -> waiter.failed(Rejection.Reason.NO_LEADER));
    for (Proposal proposal : last.proposals) {
      listener.proposalRejected(
          new Rejection(Rejection.What.PROPOSAL, proposal.id(), Rejection.Reason.NO_LEADER));
    }
  }

  private void sendNow(Message message) {
    transport.send(message);
    transport.flush();
  }

  private void publishStatus() {
    RaftStatus last = status;
    if (last.commitIndex() != core.commitIndex()
        || last.lastIndex() != core.lastIndex()
        || last.durableIndex() != core.durableIndex()
        || last.term() != core.term()
        || last.role() != core.role()
        || last.leader() != core.leader()) {
      status = currentStatus();
    }
  }

  private RaftStatus currentStatus() {
    return new RaftStatus(
        options.core().self(),
        core.role(),
        core.term(),
        core.leader(),
        core.lastIndex(),
        core.durableIndex(),
        core.commitIndex(),
        applier.appliedIndex());
  }

  /** Ends the node for good, from whichever thread found out. */
  private void fail(Throwable cause) {
    if (stopped || !failure.compareAndSet(null, cause)) {
      return;
    }
    LOGGER.error(
        "member {} stops: {} [{}]", Long.toHexString(options.core().self()), cause, status, cause);
    mailbox.close();
    listener.failed(cause);
  }

  /** What is done in the turns. */
  private final class Rounds implements Turns.Work {
    @Override
    public void round(Mailbox.Batch batch) {
      RaftNode.this.round(batch);
    }

    @Override
    public void refuse(Mailbox.Batch last) {
      RaftNode.this.refuse(last);
    }

    @Override
    public boolean mayHaveToWait() {
      return writer.isCrowded();
    }

    @Override
    public void ended() {
      reads.failAll();
    }

    @Override
    public void failed(Throwable broken) {
      fail(broken);
    }
  }

  /** What the transport reports, on its threads and, of what cannot be sent, on the loop. */
  private final class PeerEvents implements PeerTransport.Handler {
    @Override
    public void received(Message message) {
      mailbox.offer(message);
    }

    // Whoever waits for a proposal may make it again: it is certainly in no log. Everything else is
    // repeated by the core as far as it matters.
    @Override
    public void notSent(Message message) {
      if (message instanceof Message.ProposalForward forward) {
        mailbox.offer(() -> turnDown(forward.proposals()));
      }
    }

    @Override
    public void peerGone(long peer) {
      mailbox.offer(() -> step(new Input.PeerGone(peer)));
    }
  }

  /** What the log writer reports, on its own thread. */
  private final class WriterEvents implements LogWriter.Listener {
    @Override
    public void durable(List<PersistBatch> batches) {
      for (PersistBatch batch : batches) {
        for (Message message : batch.sendAfter()) {
          transport.send(message);
        }
      }
      transport.flush();
      mailbox.persisted(batches.get(batches.size() - 1).write());
      turns.turnHere();
    }

    @Override
    public void failed(Throwable cause) {
      fail(cause);
    }

    @Override
    public void full(LogFullException cause) {
      logFull = true;
      storageChanged();
      listener.logFull(cause);
    }

    @Override
    public void room() {
      logFull = false;
      storageChanged();
      listener.logHasRoom();
    }
  }
}
