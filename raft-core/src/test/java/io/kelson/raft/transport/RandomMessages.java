package io.kelson.raft.transport;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.Proposal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Messages such as correct members send, from a seed. */
final class RandomMessages {
  private final Random random;
  private final long from;
  private final long to;

  RandomMessages(long seed, long from, long to) {
    this.random = new Random(seed);
    this.from = from;
    this.to = to;
  }

  Message next(Message.Kind kind) {
    long term = number() + 1;
    return switch (kind) {
      case VOTE_REQUEST ->
          new Message.VoteRequest(
              from, to, term, random.nextBoolean(), position(term), random.nextBoolean());
      case VOTE_RESPONSE ->
          new Message.VoteResponse(from, to, term, random.nextBoolean(), random.nextBoolean());
      case APPEND_REQUEST -> append(term);
      case APPEND_RESPONSE ->
          new Message.AppendResponse(
              from, to, term, random.nextBoolean(), number(), position(term), number());
      case PROPOSAL_FORWARD -> new Message.ProposalForward(from, to, term, proposals());
      case READ_INDEX_REQUEST -> new Message.ReadIndexRequest(from, to, term, random.nextLong());
      case READ_INDEX_RESPONSE ->
          new Message.ReadIndexResponse(from, to, term, random.nextLong(), number());
      case TIMEOUT_NOW -> new Message.TimeoutNow(from, to, term);
    };
  }

  private Message append(long term) {
    LogPosition prev = position(term);
    List<Entry> entries = new ArrayList<>();
    int count = random.nextInt(5);
    for (int i = 1; i <= count; i++) {
      entries.add(new Entry(term, prev.index() + i, type(), bytes()));
    }
    return new Message.AppendRequest(
        from, to, term, prev, entries, number(), number(), random.nextBoolean());
  }

  private List<Proposal> proposals() {
    List<Proposal> proposals = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      proposals.add(new Proposal(Proposal.NO_ID, bytes()));
    }
    return proposals;
  }

  private EntryType type() {
    EntryType[] all = EntryType.values();
    return all[random.nextInt(all.length)];
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(300)];
    random.nextBytes(bytes);
    return bytes;
  }

  private LogPosition position(long maxTerm) {
    return random.nextInt(4) == 0
        ? LogPosition.ZERO
        : new LogPosition(1 + random.nextLong(maxTerm), number() + 1);
  }

  /** Of any magnitude: small numbers and large ones have encodings of different length. */
  private long number() {
    return random.nextLong() >>> (2 + random.nextInt(60));
  }
}
