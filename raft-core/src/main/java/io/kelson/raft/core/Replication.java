package io.kelson.raft.core;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.progress.Inflights;
import io.kelson.raft.progress.Progress;
import java.util.ArrayList;
import java.util.List;

/**
 * How a leader brings its followers' logs in line with its own (Raft paper, section 5.3).
 *
 * <p>Three kinds of append request leave here. With entries, from {@code next} on: one at a time to
 * a follower being probed, ahead of the acknowledgements to one that keeps up. Without, at the
 * follower's match: heartbeats, quorum rounds, and news of the commit index; being at a place that
 * is known to agree they are never refused, whatever became of the requests before them. And
 * without, at the far end of a pipeline that has fallen silent: accepted, it replaces the lost
 * acknowledgements; refused, it tells that requests were lost.
 */
final class Replication {
  /** Entries asked of the log at once for a follower that is far behind. */
  private static final int MAX_FETCH_ENTRIES = 1024;

  private final RaftCore core;
  private Progress[] followers = new Progress[0];
  private long round;

  Replication(RaftCore core) {
    this.core = core;
    reconfigure(core.log().last() + 1);
  }

  /**
   * Takes up members that are new and drops those that are gone.
   *
   * @param next where to probe the new ones first; nothing is known of them
   */
  void reconfigure(long next) {
    CoreConfig config = core.config();
    List<Progress> members = new ArrayList<>();
    for (long id : core.configuration().members()) {
      Progress known = find(id);
      if (known != null) {
        members.add(known);
      } else if (id != core.self()) {
        Inflights inflights =
            new Inflights(config.maxInflightMessages(), config.maxInflightBytes());
        members.add(new Progress(id, next, inflights));
      }
    }
    followers = members.toArray(Progress[]::new);
  }

  long round() {
    return round;
  }

  /** The follower with this id, or null if the configuration has none. */
  Progress find(long id) {
    for (Progress follower : followers) {
      if (follower.id() == id) {
        return follower;
      }
    }
    return null;
  }

  /** Sends each follower what it lacks. */
  void replicateToAll() {
    for (Progress follower : followers) {
      replicate(follower);
    }
  }

  /** Sends a follower what it lacks, as far as its state and window allow. */
  void replicate(Progress follower) {
    RaftLog log = core.log();
    while (follower.maySend() && follower.next() <= log.last()) {
      if (follower.next() <= log.base().index()) {
        askForSnapshot(follower);
      } else if (follower.next() < log.window().lo()) {
        fetch(follower);
      } else {
        sendEntries(follower);
      }
    }
    if (follower.wantsBareProbe()) {
      send(follower, log.last(), List.of());
      follower.noteBareProbe();
    }
  }

  private void askForSnapshot(Progress follower) {
    follower.becomeSnapshot();
    core.outbox().snapshot(new SnapshotRequest(follower.id(), core.term()));
  }

  /**
   * What followers wait for may be gone now, even for those to whom nothing may be sent. One that
   * is silent is asked again where the log begins: a snapshot is for those who are there to take
   * it, and its answer will show that.
   */
  void compacted() {
    long base = core.log().base().index();
    for (Progress follower : followers) {
      if (follower.state() == Progress.State.SNAPSHOT || follower.next() > base) {
        continue;
      }
      if (follower.isActive()) {
        askForSnapshot(follower);
      } else {
        follower.becomeProbe(base + 1);
      }
    }
  }

  /** A snapshot has got to a follower, or not: goes on behind it, or tries again later. */
  void snapshotShipped(long to, LogPosition position) {
    Progress follower = find(to);
    if (follower == null || follower.state() != Progress.State.SNAPSHOT) {
      return;
    }
    if (position == null) {
      follower.noteSnapshotFailed();
    } else {
      // Not taken for an acknowledgement: what has arrived there need not be durable yet.
      follower.becomeProbe(Math.max(follower.match(), position.index()) + 1);
      replicate(follower);
    }
  }

  /** Tries again where a snapshot has failed. */
  void retrySnapshots() {
    for (Progress follower : followers) {
      if (follower.maybeRetrySnapshot(core.log().base().index() + 1)) {
        replicate(follower);
      }
    }
  }

  private void sendEntries(Progress follower) {
    EntryWindow window = core.log().window();
    long hi = window.fitting(follower.next(), window.hi(), core.config().maxAppendBytes());
    List<Entry> entries = window.slice(follower.next(), hi);
    int sizeBytes = 0;
    for (Entry entry : entries) {
      sizeBytes += entry.sizeBytes();
    }
    send(follower, follower.next() - 1, entries);
    follower.noteSent(hi - 1, sizeBytes);
  }

  /**
   * Has entries read from the log and sent, in as many requests as their size asks for. They stay
   * within one term, so that any part of them shows whether it is the one meant; and the follower's
   * {@code next} moves only by its answers, since whether they really leave is not known here.
   */
  private void fetch(Progress follower) {
    RaftLog log = core.log();
    long lo = follower.next();
    long hi = Math.min(log.window().lo(), lo + MAX_FETCH_ENTRIES);
    hi = Math.min(hi, log.terms().runEnd(lo));
    core.outbox()
        .fetch(
            new LogFetch(
                core.self(),
                follower.id(),
                core.term(),
                log.positionAt(lo - 1),
                hi,
                log.terms().termAt(lo),
                log.commit(),
                round));
    follower.pauseUntil(hi - 1);
  }

  /**
   * Tells followers that have everything of a new commit index; the others hear of it with more.
   */
  void announceCommit() {
    for (Progress follower : followers) {
      announceCommit(follower);
    }
  }

  /**
   * Tells one follower of a new commit index, unless requests are under way to it: the next of
   * those, or the end of their acknowledgements, will bring it. Under load so no message is spent
   * on it. Nor is an answer: it would tell what is known, and whether the follower is alive shows
   * with the next heartbeat.
   */
  void announceCommit(Progress follower) {
    if (follower.isIdle()
        && follower.next() > core.log().last()
        && follower.sentCommit() < Math.min(core.log().commit(), follower.match())) {
      send(follower, follower.match(), List.of(), true);
    }
  }

  void heartbeat() {
    for (Progress follower : followers) {
      send(follower, follower.isStalled() ? follower.next() - 1 : follower.match(), List.of());
      follower.noteHeartbeat();
    }
  }

  /** Opens a new round; nothing sent before carries its number. */
  long nextRound() {
    round++;
    return round;
  }

  /** Sends the newest round to everybody who has a say in it. */
  void sendRound() {
    for (Progress follower : followers) {
      if (core.quorum().contains(follower.id())) {
        send(follower, follower.match(), List.of());
      }
    }
  }

  /** The newest round that a quorum has returned; learners have no say. */
  long confirmedRound() {
    return core.quorum().reached(id -> id == core.self() ? Long.MAX_VALUE : ackedRound(id));
  }

  /** The highest index that a quorum holds durably; this member counts as far as its disk does. */
  long quorumMatch() {
    return core.quorum().reached(id -> id == core.self() ? core.log().durable() : match(id));
  }

  /** The one of these followers whose log is most complete. */
  long mostAdvanced(List<Long> ids) {
    long best = ids.get(0);
    for (long id : ids) {
      best = match(id) > match(best) ? id : best;
    }
    return best;
  }

  /** Whether a quorum was heard of since the last call. */
  boolean takeActiveQuorum() {
    boolean active = core.quorum().agrees(id -> id == core.self() || isActive(id));
    for (Progress follower : followers) {
      follower.resetActive();
    }
    return active;
  }

  /** Takes an acknowledgement; returns whether the follower's match grew. */
  boolean accepted(Progress follower, AppendResponse message) {
    if (message.matchIndex() > core.log().last()) {
      throw new InvariantViolation(
          "member "
              + Long.toHexString(message.from())
              + " acknowledges index "
              + message.matchIndex()
              + ", but this leader's log ends at "
              + core.log().last());
    }
    boolean grew = follower.accept(message.matchIndex());
    if (follower.state() == Progress.State.SNAPSHOT
        && follower.match() >= core.log().base().index()) {
      follower.becomeProbe(follower.match() + 1);
    }
    return grew;
  }

  /** Takes a rejection: resumes at the latest place where the logs may agree. */
  void rejected(Progress follower, AppendResponse message) {
    LogPosition hint = message.hint();
    LogPosition guess =
        hint.index() < core.log().base().index()
            ? hint
            : core.log().terms().latestNotAbove(hint.index(), hint.term());
    follower.maybeReject(message.matchIndex(), guess.index() + 1);
  }

  private void send(Progress follower, long prevIndex, List<Entry> entries) {
    send(follower, prevIndex, entries, false);
  }

  private void send(Progress follower, long prevIndex, List<Entry> entries, boolean newsOnly) {
    RaftLog log = core.log();
    // Everybody agrees on the place before the first entry, however much has been cut since.
    LogPosition prev =
        prevIndex < log.base().index() ? LogPosition.ZERO : log.positionAt(prevIndex);
    core.outbox()
        .send(
            new AppendRequest(
                core.self(),
                follower.id(),
                core.term(),
                prev,
                entries,
                log.commit(),
                round,
                newsOnly));
    follower.noteCommitSent(Math.min(log.commit(), prev.index() + entries.size()));
  }

  private long match(long id) {
    Progress follower = find(id);
    return follower == null ? 0 : follower.match();
  }

  private long ackedRound(long id) {
    Progress follower = find(id);
    return follower == null ? 0 : follower.ackedRound();
  }

  private boolean isActive(long id) {
    Progress follower = find(id);
    return follower != null && follower.isActive();
  }

  @Override
  public String toString() {
    return "round " + round + " " + List.of(followers);
  }
}
