package io.kelson.raft.transport;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.Proposal;
import io.kelson.raft.transport.proto.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The peer protocol's messages by way of the generated classes: what {@link MessageWriter} and
 * {@link MessageReader} are measured against.
 */
final class WireMessages {
  private WireMessages() {}

  /** The frame that carries this message; sender and receiver do not travel in it. */
  static Wire.Frame encode(Message message) {
    Wire.Frame.Builder frame = Wire.Frame.newBuilder();
    return switch (message.kind()) {
      case VOTE_REQUEST -> frame.setVoteRequest(toWire((Message.VoteRequest) message)).build();
      case VOTE_RESPONSE -> frame.setVoteResponse(toWire((Message.VoteResponse) message)).build();
      case APPEND_REQUEST ->
          frame.setAppendRequest(toWire((Message.AppendRequest) message)).build();
      case APPEND_RESPONSE ->
          frame.setAppendResponse(toWire((Message.AppendResponse) message)).build();
      case PROPOSAL_FORWARD ->
          frame.setProposalForward(toWire((Message.ProposalForward) message)).build();
      case READ_INDEX_REQUEST ->
          frame.setReadIndexRequest(toWire((Message.ReadIndexRequest) message)).build();
      case READ_INDEX_RESPONSE ->
          frame.setReadIndexResponse(toWire((Message.ReadIndexResponse) message)).build();
      case TIMEOUT_NOW ->
          frame.setTimeoutNow(Wire.TimeoutNow.newBuilder().setTerm(message.term())).build();
    };
  }

  /**
   * What these bytes say to a member.
   *
   * @return the message, or null if it is none of those
   * @throws ProtocolException if these bytes are no frame, or carry nothing or too much, or a
   *     message that no correct member sends
   */
  static Message read(byte[] bytes, long from, long to) throws ProtocolException {
    try {
      require(bodies(bytes) < 2, "different things in one frame");
      Wire.Frame frame = Wire.Frame.parseFrom(bytes);
      return switch (frame.getBodyCase()) {
        case HELLO, REFUSAL, PING, PONG, DESCRIPTION -> null;
        default -> decode(frame, from, to);
      };
    } catch (IOException e) {
      throw new ProtocolException("unreadable frame: " + e.getMessage(), e);
    }
  }

  /** How many different things are in a frame, of which there may be one. */
  private static int bodies(byte[] bytes) throws IOException {
    Set<Integer> tags = new HashSet<>();
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      boolean isKnown =
          Wire.Frame.getDescriptor().findFieldByNumber(WireFormat.getTagFieldNumber(tag)) != null;
      if (isKnown && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        tags.add(tag);
      }
      if (!in.skipField(tag)) {
        break; // An end without a beginning, which the parser will say.
      }
    }
    return tags.size();
  }

  /**
   * The message in a frame, with the sender and receiver that the connection's handshake
   * established.
   *
   * @throws ProtocolException if the frame carries no message, or one that no correct member sends
   */
  static Message decode(Wire.Frame frame, long from, long to) throws ProtocolException {
    return switch (frame.getBodyCase()) {
      case VOTE_REQUEST -> voteRequest(frame.getVoteRequest(), from, to);
      case VOTE_RESPONSE -> voteResponse(frame.getVoteResponse(), from, to);
      case APPEND_REQUEST -> appendRequest(frame.getAppendRequest(), from, to);
      case APPEND_RESPONSE -> appendResponse(frame.getAppendResponse(), from, to);
      case PROPOSAL_FORWARD -> proposalForward(frame.getProposalForward(), from, to);
      case READ_INDEX_REQUEST -> readIndexRequest(frame.getReadIndexRequest(), from, to);
      case READ_INDEX_RESPONSE -> readIndexResponse(frame.getReadIndexResponse(), from, to);
      case TIMEOUT_NOW ->
          new Message.TimeoutNow(from, to, number(frame.getTimeoutNow().getTerm(), "term"));
      case HELLO, REFUSAL, PING, PONG, DESCRIPTION ->
          throw new ProtocolException("unexpected " + frame.getBodyCase() + " among messages");
      case BODY_NOT_SET -> throw new ProtocolException("empty frame, or one of a newer protocol");
    };
  }

  private static Wire.VoteRequest toWire(Message.VoteRequest m) {
    return Wire.VoteRequest.newBuilder()
        .setTerm(m.term())
        .setPreVote(m.preVote())
        .setLastLog(toWire(m.lastLog()))
        .setTransfer(m.transfer())
        .build();
  }

  private static Message voteRequest(Wire.VoteRequest w, long from, long to)
      throws ProtocolException {
    require(w.hasLastLog(), "vote request without last_log");
    return new Message.VoteRequest(
        from,
        to,
        number(w.getTerm(), "term"),
        w.getPreVote(),
        position(w.getLastLog()),
        w.getTransfer());
  }

  private static Wire.VoteResponse toWire(Message.VoteResponse m) {
    return Wire.VoteResponse.newBuilder()
        .setTerm(m.term())
        .setPreVote(m.preVote())
        .setGranted(m.granted())
        .build();
  }

  private static Message voteResponse(Wire.VoteResponse w, long from, long to)
      throws ProtocolException {
    return new Message.VoteResponse(
        from, to, number(w.getTerm(), "term"), w.getPreVote(), w.getGranted());
  }

  private static Wire.AppendRequest toWire(Message.AppendRequest m) {
    Wire.AppendRequest.Builder w =
        Wire.AppendRequest.newBuilder()
            .setTerm(m.term())
            .setPrev(toWire(m.prev()))
            .setCommit(m.commit())
            .setRound(m.round())
            .setNewsOnly(m.newsOnly());
    for (Entry entry : m.entries()) {
      w.addEntries(toWire(entry));
    }
    return w.build();
  }

  private static Message appendRequest(Wire.AppendRequest w, long from, long to)
      throws ProtocolException {
    require(w.hasPrev(), "append request without prev");
    long term = number(w.getTerm(), "term");
    LogPosition prev = position(w.getPrev());
    return new Message.AppendRequest(
        from,
        to,
        term,
        prev,
        entries(w.getEntriesList(), prev, term),
        number(w.getCommit(), "commit"),
        number(w.getRound(), "round"),
        w.getNewsOnly());
  }

  private static Wire.AppendResponse toWire(Message.AppendResponse m) {
    return Wire.AppendResponse.newBuilder()
        .setTerm(m.term())
        .setSuccess(m.success())
        .setMatchIndex(m.matchIndex())
        .setHint(toWire(m.hint()))
        .setRound(m.round())
        .build();
  }

  private static Message appendResponse(Wire.AppendResponse w, long from, long to)
      throws ProtocolException {
    require(w.hasHint(), "append response without hint");
    return new Message.AppendResponse(
        from,
        to,
        number(w.getTerm(), "term"),
        w.getSuccess(),
        number(w.getMatchIndex(), "match_index"),
        position(w.getHint()),
        number(w.getRound(), "round"));
  }

  private static Wire.ProposalForward toWire(Message.ProposalForward m) {
    Wire.ProposalForward.Builder w = Wire.ProposalForward.newBuilder().setTerm(m.term());
    for (Proposal proposal : m.proposals()) {
      w.addPayloads(UnsafeByteOperations.unsafeWrap(proposal.data()));
    }
    return w.build();
  }

  private static Message proposalForward(Wire.ProposalForward w, long from, long to)
      throws ProtocolException {
    List<Proposal> proposals = new ArrayList<>(w.getPayloadsCount());
    for (ByteString payload : w.getPayloadsList()) {
      proposals.add(new Proposal(Proposal.NO_ID, payload.toByteArray()));
    }
    return new Message.ProposalForward(from, to, number(w.getTerm(), "term"), proposals);
  }

  private static Wire.ReadIndexRequest toWire(Message.ReadIndexRequest m) {
    return Wire.ReadIndexRequest.newBuilder().setTerm(m.term()).setContext(m.context()).build();
  }

  private static Message readIndexRequest(Wire.ReadIndexRequest w, long from, long to)
      throws ProtocolException {
    return new Message.ReadIndexRequest(from, to, number(w.getTerm(), "term"), w.getContext());
  }

  private static Wire.ReadIndexResponse toWire(Message.ReadIndexResponse m) {
    return Wire.ReadIndexResponse.newBuilder()
        .setTerm(m.term())
        .setContext(m.context())
        .setIndex(m.index())
        .build();
  }

  private static Message readIndexResponse(Wire.ReadIndexResponse w, long from, long to)
      throws ProtocolException {
    return new Message.ReadIndexResponse(
        from, to, number(w.getTerm(), "term"), w.getContext(), number(w.getIndex(), "index"));
  }

  private static Wire.LogPosition toWire(LogPosition position) {
    return Wire.LogPosition.newBuilder()
        .setTerm(position.term())
        .setIndex(position.index())
        .build();
  }

  private static LogPosition position(Wire.LogPosition w) throws ProtocolException {
    return new LogPosition(number(w.getTerm(), "term"), number(w.getIndex(), "index"));
  }

  private static Wire.Entry toWire(Entry entry) {
    return Wire.Entry.newBuilder()
        .setTerm(entry.term())
        .setIndex(entry.index())
        .setType(entry.type().number())
        .setData(UnsafeByteOperations.unsafeWrap(entry.data()))
        .build();
  }

  private static List<Entry> entries(List<Wire.Entry> wire, LogPosition prev, long term)
      throws ProtocolException {
    List<Entry> entries = new ArrayList<>(wire.size());
    LogPosition last = prev;
    for (Wire.Entry w : wire) {
      LogPosition at = position(w);
      requireFollows(at, last, term);
      entries.add(new Entry(at.term(), at.index(), type(w.getType()), w.getData().toByteArray()));
      last = at;
    }
    return entries;
  }

  private static LogPosition position(Wire.Entry w) throws ProtocolException {
    return new LogPosition(number(w.getTerm(), "term"), number(w.getIndex(), "index"));
  }

  private static void requireFollows(LogPosition at, LogPosition last, long term)
      throws ProtocolException {
    boolean follows =
        at.index() == last.index() + 1
            && at.term() >= Math.max(1, last.term())
            && at.term() <= term;
    if (!follows) {
      throw new ProtocolException(
          "entry " + at + " cannot follow " + last + " in an append of term " + term);
    }
  }

  private static EntryType type(int number) throws ProtocolException {
    try {
      return EntryType.of(number);
    } catch (IllegalArgumentException e) {
      throw new ProtocolException(e.getMessage(), e);
    }
  }

  private static long number(long value, String field) throws ProtocolException {
    if (value < 0) {
      throw new ProtocolException(field + " " + Long.toUnsignedString(value) + " is out of range");
    }
    return value;
  }

  private static void require(boolean present, String problem) throws ProtocolException {
    if (!present) {
      throw new ProtocolException(problem);
    }
  }
}
