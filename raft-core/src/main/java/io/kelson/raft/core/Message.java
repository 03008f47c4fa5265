package io.kelson.raft.core;

import java.util.List;

/**
 * What members say to each other.
 *
 * <p>Every message names its sender, its receiver and the sender's term. A message may be lost,
 * repeated, delayed or reordered by any amount; nothing in here relies on more.
 */
public sealed interface Message {
  /** Which of the records this is, for a switch that must name every case. */
  enum Kind {
    VOTE_REQUEST,
    VOTE_RESPONSE,
    APPEND_REQUEST,
    APPEND_RESPONSE,
    PROPOSAL_FORWARD,
    READ_INDEX_REQUEST,
    READ_INDEX_RESPONSE,
    TIMEOUT_NOW
  }

  /** Which of the records this is. */
  Kind kind();

  /** Member id of the sender. */
  long from();

  /** Member id of the receiver. */
  long to();

  /** The sender's term; for a pre-vote, the term it would campaign in. */
  long term();

  /**
   * Asks for a vote (Raft paper, section 5.2), or, as a pre-vote, whether one would be given
   * (thesis, section 9.6).
   *
   * @param preVote true if this only asks; nobody's term or vote changes by it
   * @param lastLog the candidate's last entry (section 5.4.1)
   * @param transfer true if the leader itself asked for this election, so that stickiness does not
   *     apply (thesis, 3.10)
   */
  record VoteRequest(
      long from, long to, long term, boolean preVote, LogPosition lastLog, boolean transfer)
      implements Message {
    @Override
    public Kind kind() {
      return Kind.VOTE_REQUEST;
    }
  }

  /**
   * Answers a {@link VoteRequest}.
   *
   * @param term for a granted pre-vote the term asked about; otherwise the sender's term
   */
  record VoteResponse(long from, long to, long term, boolean preVote, boolean granted)
      implements Message {
    @Override
    public Kind kind() {
      return Kind.VOTE_RESPONSE;
    }
  }

  /**
   * Replicates entries, and with none of them is the heartbeat (Raft paper, section 5.3).
   *
   * @param prev position just before the first entry; the receiver accepts only if it holds it
   * @param entries consecutive, starting at {@code prev.index() + 1}; empty for a heartbeat or a
   *     probe
   * @param commit the leader's commit index; the receiver takes it only as far as this message
   *     verified its log
   * @param round the leader's newest quorum round, which only grows within a term; the receiver
   *     returns it, and a read registered in round n is confirmed once a quorum has returned n or
   *     more. A number is never used twice in a term, so that a late answer can confirm nothing
   *     newer than what it was asked for
   * @param newsOnly whether it only tells the commit index to one that has everything else: who
   *     holds {@code prev} does not answer
   */
  record AppendRequest(
      long from,
      long to,
      long term,
      LogPosition prev,
      List<Entry> entries,
      long commit,
      long round,
      boolean newsOnly)
      implements Message {
    /** One that is answered. */
    public AppendRequest(
        long from,
        long to,
        long term,
        LogPosition prev,
        List<Entry> entries,
        long commit,
        long round) {
      this(from, to, term, prev, entries, commit, round, false);
    }

    @Override
    public Kind kind() {
      return Kind.APPEND_REQUEST;
    }
  }

  /**
   * Answers an {@link AppendRequest}. A success leaves only after everything up to {@code
   * matchIndex} is durable.
   *
   * @param success whether the receiver held {@code prev}
   * @param matchIndex on success, the last index known to equal the leader's; on rejection, the
   *     index {@code prev} that was refused
   * @param hint on rejection, the latest position at which the receiver's log might still agree;
   *     lets the leader skip whole terms. {@link LogPosition#ZERO} on success
   * @param round the round of the request, 0 if that was of an older term: rounds of different
   *     terms do not compare
   */
  record AppendResponse(
      long from, long to, long term, boolean success, long matchIndex, LogPosition hint, long round)
      implements Message {
    @Override
    public Kind kind() {
      return Kind.APPEND_RESPONSE;
    }
  }

  /**
   * Hands a follower's proposals to the leader; whether they were appended shows only in the log.
   *
   * @param proposals their numbers are the sender's own and stay with it: if the message cannot be
   *     sent, they tell whom to turn down. At the receiver they are {@link Proposal#NO_ID}
   */
  record ProposalForward(long from, long to, long term, List<Proposal> proposals)
      implements Message {
    @Override
    public Kind kind() {
      return Kind.PROPOSAL_FORWARD;
    }
  }

  /**
   * A follower asks the leader for a read index on behalf of its waiting readers.
   *
   * @param context chosen by the asker, never used twice by it, not even across its restarts or for
   *     a repeat
   */
  record ReadIndexRequest(long from, long to, long term, long context) implements Message {
    @Override
    public Kind kind() {
      return Kind.READ_INDEX_REQUEST;
    }
  }

  /**
   * Answers a {@link ReadIndexRequest}: state applied up to {@code index} is fresh enough for that
   * context.
   */
  record ReadIndexResponse(long from, long to, long term, long context, long index)
      implements Message {
    @Override
    public Kind kind() {
      return Kind.READ_INDEX_RESPONSE;
    }
  }

  /** The leader tells a caught-up voter to campaign at once (thesis, section 3.10). */
  record TimeoutNow(long from, long to, long term) implements Message {
    @Override
    public Kind kind() {
      return Kind.TIMEOUT_NOW;
    }
  }
}
