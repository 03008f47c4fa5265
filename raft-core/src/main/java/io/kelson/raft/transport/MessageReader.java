package io.kelson.raft.transport;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.Proposal;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Reads the core's messages from the frames of {@code peer.proto} that come on one connection.
 *
 * <p>By hand, for the reason told in {@link MessageWriter}: all that is allocated is the message,
 * and payloads are copied once, into the array that the entry will own. While a frame is read its
 * fields stand in this object, because protobuf lets them come in any order and more than once: the
 * last number counts, what is nested is merged, lists grow. What makes a frame good or bad is
 * looked at when all of it was read.
 *
 * <p>Whatever the bytes, reading them ends in a message or in a {@link ProtocolException}; only
 * what a correct member could have sent is let through.
 */
final class MessageReader {
  private final long from;
  private final long to;
  private final WireReader in = new WireReader();

  // What was read of the frame so far; a message has only some of these. The position is its
  // last_log, prev or hint, the index its commit, match_index or index.
  private final EntriesReader entries = new EntriesReader();
  private final Gathering<Proposal> proposals = new Gathering<>();
  private long term;
  private boolean preVote;
  private boolean granted;
  private boolean transfer;
  private boolean success;
  private boolean newsOnly;
  private boolean hasPosition;
  private long positionTerm;
  private long positionIndex;
  private long index;
  private long round;
  private long context;

  /** A reader for a connection whose handshake established this sender and this receiver. */
  MessageReader(long from, long to) {
    this.from = from;
    this.to = to;
  }

  /**
   * Reads a frame, without its length, from a part of a buffer whose indices stay as they are.
   *
   * @return the message, or null if the frame carries something else that the protocol knows, into
   *     which this does not look
   * @throws ProtocolException if these bytes are no frame, if it carries nothing, or a message that
   *     no correct member sends
   */
  Message read(ByteBuf bytes, int start, int length) throws ProtocolException {
    in.open(bytes, start, length);
    try {
      int body = 0;
      for (int tag = in.tag(); tag != 0; tag = in.tag()) {
        if (isBody(tag)) {
          // The last would count, but of what then is left of an earlier one of the same kind
          // protobuf's implementations have different ideas.
          if (body != 0 && body != tag) {
            throw new ProtocolException("different things in one frame");
          }
          body = tag;
        }
        field(tag);
      }
      return message(body);
    } finally {
      clear();
      in.close();
    }
  }

  private static boolean isBody(int tag) {
    return switch (tag) {
      case WireTags.VOTE_REQUEST,
          WireTags.VOTE_RESPONSE,
          WireTags.APPEND_REQUEST,
          WireTags.APPEND_RESPONSE,
          WireTags.PROPOSAL_FORWARD,
          WireTags.READ_INDEX_REQUEST,
          WireTags.READ_INDEX_RESPONSE,
          WireTags.TIMEOUT_NOW,
          WireTags.HELLO,
          WireTags.REFUSAL,
          WireTags.PING,
          WireTags.PONG,
          WireTags.DESCRIPTION ->
          true;
      default -> false;
    };
  }

  private void field(int tag) throws ProtocolException {
    switch (tag) {
      case WireTags.VOTE_REQUEST -> voteRequest();
      case WireTags.VOTE_RESPONSE -> voteResponse();
      case WireTags.APPEND_REQUEST -> appendRequest();
      case WireTags.APPEND_RESPONSE -> appendResponse();
      case WireTags.PROPOSAL_FORWARD -> proposalForward();
      case WireTags.READ_INDEX_REQUEST -> readIndexRequest();
      case WireTags.READ_INDEX_RESPONSE -> readIndexResponse();
      case WireTags.TIMEOUT_NOW -> timeoutNow();
      default -> in.skip(tag);
    }
  }

  private Message message(int body) throws ProtocolException {
    return switch (body) {
      case WireTags.VOTE_REQUEST ->
          new Message.VoteRequest(from, to, term(), preVote, position("last_log"), transfer);
      case WireTags.VOTE_RESPONSE -> new Message.VoteResponse(from, to, term(), preVote, granted);
      case WireTags.APPEND_REQUEST -> append(term(), position("prev"));
      case WireTags.APPEND_RESPONSE ->
          new Message.AppendResponse(
              from,
              to,
              term(),
              success,
              inRange(index, "match_index"),
              position("hint"),
              inRange(round, "round"));
      case WireTags.PROPOSAL_FORWARD ->
          new Message.ProposalForward(from, to, term(), proposals.toList());
      case WireTags.READ_INDEX_REQUEST -> new Message.ReadIndexRequest(from, to, term(), context);
      case WireTags.READ_INDEX_RESPONSE ->
          new Message.ReadIndexResponse(from, to, term(), context, inRange(index, "index"));
      case WireTags.TIMEOUT_NOW -> new Message.TimeoutNow(from, to, term());
      case 0 -> throw new ProtocolException("empty frame, or one of a newer protocol");
      default -> null;
    };
  }

  private Message append(long leaderTerm, LogPosition prev) throws ProtocolException {
    List<Entry> following = entries.following(prev, leaderTerm);
    return new Message.AppendRequest(
        from,
        to,
        leaderTerm,
        prev,
        following,
        inRange(index, "commit"),
        inRange(round, "round"),
        newsOnly);
  }

  private void voteRequest() throws ProtocolException {
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case WireTags.TERM -> term = in.number();
        case WireTags.VOTE_REQUEST_PRE_VOTE -> preVote = in.flag();
        case WireTags.VOTE_REQUEST_LAST_LOG -> position();
        case WireTags.VOTE_REQUEST_TRANSFER -> transfer = in.flag();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
  }

  private void voteResponse() throws ProtocolException {
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case WireTags.TERM -> term = in.number();
        case WireTags.VOTE_RESPONSE_PRE_VOTE -> preVote = in.flag();
        case WireTags.VOTE_RESPONSE_GRANTED -> granted = in.flag();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
  }

  private void appendRequest() throws ProtocolException {
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case WireTags.TERM -> term = in.number();
        case WireTags.APPEND_REQUEST_PREV -> position();
        case WireTags.APPEND_REQUEST_ENTRIES -> entries.read(in);
        case WireTags.APPEND_REQUEST_COMMIT -> index = in.number();
        case WireTags.APPEND_REQUEST_ROUND -> round = in.number();
        case WireTags.APPEND_REQUEST_NEWS_ONLY -> newsOnly = in.flag();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
  }

  private void appendResponse() throws ProtocolException {
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case WireTags.TERM -> term = in.number();
        case WireTags.APPEND_RESPONSE_SUCCESS -> success = in.flag();
        case WireTags.APPEND_RESPONSE_MATCH_INDEX -> index = in.number();
        case WireTags.APPEND_RESPONSE_HINT -> position();
        case WireTags.APPEND_RESPONSE_ROUND -> round = in.number();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
  }

  private void proposalForward() throws ProtocolException {
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case WireTags.TERM -> term = in.number();
        case WireTags.PROPOSAL_FORWARD_PAYLOADS ->
            proposals.add(new Proposal(Proposal.NO_ID, in.bytes()));
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
  }

  private void readIndexRequest() throws ProtocolException {
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case WireTags.TERM -> term = in.number();
        case WireTags.READ_INDEX_REQUEST_CONTEXT -> context = in.fixed64();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
  }

  private void readIndexResponse() throws ProtocolException {
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case WireTags.TERM -> term = in.number();
        case WireTags.READ_INDEX_RESPONSE_CONTEXT -> context = in.fixed64();
        case WireTags.READ_INDEX_RESPONSE_INDEX -> index = in.number();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
  }

  private void timeoutNow() throws ProtocolException {
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case WireTags.TERM -> term = in.number();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
  }

  private void position() throws ProtocolException {
    hasPosition = true;
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case WireTags.POSITION_TERM -> positionTerm = in.number();
        case WireTags.POSITION_INDEX -> positionIndex = in.number();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
  }

  private long term() throws ProtocolException {
    return inRange(term, "term");
  }

  private LogPosition position(String field) throws ProtocolException {
    if (!hasPosition) {
      throw new ProtocolException("message without " + field);
    }
    if (positionTerm == 0 && positionIndex == 0) {
      return LogPosition.ZERO;
    }
    return new LogPosition(inRange(positionTerm, "term"), inRange(positionIndex, "index"));
  }

  private static long inRange(long value, String field) throws ProtocolException {
    if (value < 0) {
      throw new ProtocolException(field + " " + Long.toUnsignedString(value) + " is out of range");
    }
    return value;
  }

  private void clear() {
    entries.clear();
    proposals.clear();
    term = 0;
    preVote = false;
    granted = false;
    transfer = false;
    success = false;
    newsOnly = false;
    hasPosition = false;
    positionTerm = 0;
    positionIndex = 0;
    index = 0;
    round = 0;
    context = 0;
  }
}
