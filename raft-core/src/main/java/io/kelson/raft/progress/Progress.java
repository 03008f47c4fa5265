package io.kelson.raft.progress;

/**
 * How far one follower has come, as its leader knows it.
 *
 * <p>In {@link State#PROBE} the leader does not know where the logs part: it sends one request from
 * {@code next} and waits. In {@link State#REPLICATE} it does, and sends ahead of the
 * acknowledgements within the {@link Inflights} window, moving {@code next} as it sends. In {@link
 * State#SNAPSHOT} the entries the follower needs are gone from the leader's log, and a snapshot is
 * on its way; nothing but heartbeats is sent.
 *
 * <p>Any message may be lost, so nothing here waits for one answer forever. The leader counts
 * heartbeats: a request unanswered for two of them may be repeated as soon as the follower is heard
 * of again ({@link #maybeResume}); a pipeline without acknowledgement for one of them is
 * {@linkplain #isStalled() stalled}, and the next heartbeat asks about its far end, which either
 * acknowledges it or brings the rejection that leads back to probing.
 *
 * <p>Always {@code match < next}. Not thread-safe.
 */
public final class Progress {
  /** How the leader talks to the follower. */
  public enum State {
    PROBE,
    REPLICATE,
    SNAPSHOT
  }

  private final long id;
  private final Inflights inflights;
  private State state = State.PROBE;
  private long match;
  private long next;
  private boolean paused;
  private long pausedUntil;
  private int heartbeatsPaused;
  private int heartbeatsSinceProgress;
  private boolean active;
  private long ackedRound;
  private long sentCommit;
  private boolean snapshotFailed;
  private boolean bareProbe;

  /**
   * Progress of a follower of which nothing is known.
   *
   * @param id its member id
   * @param next where to probe first
   * @param inflights its empty window
   */
  public Progress(long id, long next, Inflights inflights) {
    this.id = id;
    this.next = next;
    this.inflights = inflights;
  }

  /** The follower's member id. */
  public long id() {
    return id;
  }

  /** How the leader talks to it. */
  public State state() {
    return state;
  }

  /** Last index known to be durable there and equal to the leader's. */
  public long match() {
    return match;
  }

  /** Index of the next entry to send. */
  public long next() {
    return next;
  }

  /** Newest quorum round it has returned. */
  public long ackedRound() {
    return ackedRound;
  }

  /** Whether it has answered since {@link #resetActive}. */
  public boolean isActive() {
    return active;
  }

  /** Starts a new period of {@link #isActive}; one that is silent is not sent to ahead any more. */
  public void resetActive() {
    if (!active && state == State.REPLICATE) {
      becomeProbe(match + 1);
    }
    active = false;
  }

  /** Whether a request with entries may be sent now. */
  public boolean maySend() {
    return switch (state) {
      case PROBE -> !paused;
      case REPLICATE -> !paused && !inflights.isFull();
      case SNAPSHOT -> false;
    };
  }

  /** Whether all that was sent has been acknowledged. */
  public boolean isIdle() {
    return match == next - 1;
  }

  /**
   * Whether a pipeline has gone without acknowledgement for so long that part of it may be lost.
   */
  public boolean isStalled() {
    return state == State.REPLICATE && !isIdle() && heartbeatsSinceProgress >= 1;
  }

  /** The highest commit index the follower has been told and could take. */
  public long sentCommit() {
    return sentCommit;
  }

  /** Notes that a message has left that lets the follower commit up to this index. */
  public void noteCommitSent(long commit) {
    sentCommit = Math.max(sentCommit, commit);
  }

  /** Notes that a request with entries up to this index has left. */
  public void noteSent(long lastIndex, int sizeBytes) {
    if (state == State.REPLICATE) {
      if (isIdle()) {
        heartbeatsSinceProgress = 0;
      }
      inflights.add(lastIndex, sizeBytes);
      next = lastIndex + 1;
    } else {
      pauseUntil(lastIndex);
    }
  }

  /**
   * Sends nothing more until the follower holds what has just been sent, or {@link #maybeResume}
   * gives it up.
   *
   * @param lastIndex index of the last entry under way
   */
  public void pauseUntil(long lastIndex) {
    paused = true;
    pausedUntil = lastIndex;
    bareProbe = false;
    heartbeatsPaused = 0;
  }

  /** Notes that a heartbeat has left. */
  public void noteHeartbeat() {
    heartbeatsPaused++;
    heartbeatsSinceProgress++;
  }

  /** Notes an answer of any kind. */
  public void noteHeard(long round) {
    active = true;
    ackedRound = Math.max(ackedRound, round);
  }

  /** Ends a pause that has outlived two heartbeats: what it waits for was probably lost. */
  public void maybeResume() {
    if (paused && heartbeatsPaused >= 2) {
      paused = false;
    }
  }

  /**
   * Takes an acknowledgement.
   *
   * @param index last index the follower holds durably as the leader does
   * @return whether {@link #match} grew
   */
  public boolean accept(long index) {
    boolean grew = index > match;
    if (grew) {
      match = index;
      next = Math.max(next, index + 1);
      heartbeatsSinceProgress = 0;
      heartbeatsPaused = 0;
    }
    if (index >= pausedUntil) {
      paused = false;
    } else if (bareProbe && index == next - 1) {
      paused = false;
    }
    inflights.freeTo(index);
    if (state == State.PROBE && match == next - 1 && !paused) {
      becomeReplicate();
    }
    return grew;
  }

  /**
   * Takes a rejection.
   *
   * @param refused the index that the follower does not hold as the leader does
   * @param resumeAt where to probe next, smaller than or equal to {@code refused}
   * @return false if this is an old answer that says nothing new
   */
  public boolean maybeReject(long refused, long resumeAt) {
    if (refused <= match
        || state == State.SNAPSHOT
        || (state == State.PROBE && refused != next - 1)) {
      return false;
    }
    becomeProbe(Math.max(match + 1, Math.min(resumeAt, refused)));
    return true;
  }

  /** Whether it has to be asked if it agrees, though there is nothing to send with the question. */
  public boolean wantsBareProbe() {
    return state == State.PROBE && !paused && !isIdle();
  }

  /** Notes that the question of {@link #wantsBareProbe} has left. */
  public void noteBareProbe() {
    pauseUntil(next - 1);
    bareProbe = true;
  }

  /** Nothing can be sent: the entries it needs are gone. */
  public void becomeSnapshot() {
    become(State.SNAPSHOT);
    snapshotFailed = false;
  }

  /** The snapshot did not get there; {@link #maybeRetrySnapshot} goes on. */
  public void noteSnapshotFailed() {
    snapshotFailed = state == State.SNAPSHOT;
  }

  /**
   * Gives up waiting for a snapshot that has failed: whether it is still needed, and whether the
   * follower is there to take one, shows by its answer to a probe.
   *
   * @return false if none has failed
   */
  public boolean maybeRetrySnapshot(long probeAt) {
    if (!snapshotFailed || state != State.SNAPSHOT) {
      return false;
    }
    becomeProbe(Math.max(match + 1, probeAt));
    return true;
  }

  /** Looks for the place where the logs agree, from here on. */
  public void becomeProbe(long from) {
    become(State.PROBE);
    next = from;
  }

  private void becomeReplicate() {
    become(State.REPLICATE);
    heartbeatsSinceProgress = 0;
  }

  private void become(State to) {
    state = to;
    paused = false;
    bareProbe = false;
    inflights.clear();
  }

  @Override
  public String toString() {
    return Long.toHexString(id)
        + "{"
        + state
        + " match="
        + match
        + " next="
        + next
        + (paused ? " paused" : "")
        + " inflight="
        + inflights.count()
        + "}";
  }
}
