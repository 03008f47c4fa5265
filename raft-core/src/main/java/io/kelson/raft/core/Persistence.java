package io.kelson.raft.core;

import java.util.List;

/**
 * What lies between the core and its disk: what has been asked for, what is finished, and which
 * messages have to wait for what.
 *
 * <p>While a snapshot takes the place of log and state nothing is asked of the disk: whatever has
 * to be written meanwhile, which can only be a term or a vote, is written afterwards, and the
 * messages that rely on it wait as long.
 */
final class Persistence {
  private final RaftCore core;
  private final WriteLedger writes = new WriteLedger();
  private HardState written;
  private SnapshotInstall install;
  private boolean onHold;
  private int ticksSinceCommitHint;

  Persistence(RaftCore core, HardState written) {
    this.core = core;
    this.written = written;
  }

  WriteLedger writes() {
    return writes;
  }

  /** Whether a snapshot is taking the place of log and state. */
  boolean isInstalling() {
    return install != null;
  }

  void tick() {
    ticksSinceCommitHint++;
  }

  /** Sends something that relies on term and vote: at once if the disk has them, else after. */
  void sendPromised(Message message) {
    if (hasNewPromise() || !writes.promisesFinished()) {
      core.outbox().sendAfter(message);
    } else {
      core.outbox().send(message);
    }
  }

  private boolean hasNewPromise() {
    return core.term() != written.term() || core.vote() != written.vote();
  }

  /** The log begins anew: no write under way says anything about the new one. */
  void install(LogPosition position) {
    writes.truncateAfter(0);
    install =
        new SnapshotInstall(position, new HardState(core.term(), core.vote(), position.index()));
    core.outbox().install(install);
  }

  /** The installation is done. */
  void installed(LogPosition position) {
    if (install == null || !install.position().equals(position)) {
      throw new InvariantViolation(
          "a snapshot at " + position + " is said to be installed, but asked for was " + install);
    }
    written = install.hardState();
    install = null;
    onHold = false;
  }

  /**
   * The write this step calls for, or null. A commit index alone is only a hint: it rides along
   * with other writes, and on its own goes out once per election timeout while the disk is idle.
   */
  PersistBatch nextBatch() {
    if (onHold) {
      return null;
    }
    // The step that begins an installation may still write the term it has just heard of, into
    // the old log and so without the new commit index.
    onHold = install != null;
    RaftLog log = core.log();
    Outbox outbox = core.outbox();
    long commit = onHold ? written.commit() : log.commit();
    boolean promise = hasNewPromise();
    boolean content = promise || log.hasUnwritten();
    boolean hint =
        ticksSinceCommitHint >= core.config().electionTicks()
            && writes.isIdle()
            && commit > written.commit();
    if (!content && !outbox.hasSendAfter() && !hint) {
      return null;
    }
    HardState hardState = null;
    if (promise || commit > written.commit()) {
      hardState = new HardState(core.term(), core.vote(), commit);
      written = hardState;
      ticksSinceCommitHint = 0;
    }
    List<Entry> entries = log.takeUnwritten();
    long number = writes.issue(log.last(), promise);
    return new PersistBatch(number, hardState, entries, outbox.takeSendAfter(), content);
  }
}
