package io.kelson.raft.transport;

import static io.kelson.raft.transport.WireWriter.bytes;
import static io.kelson.raft.transport.WireWriter.fixed64;
import static io.kelson.raft.transport.WireWriter.fixed64Bytes;
import static io.kelson.raft.transport.WireWriter.flag;
import static io.kelson.raft.transport.WireWriter.flagBytes;
import static io.kelson.raft.transport.WireWriter.nested;
import static io.kelson.raft.transport.WireWriter.nestedBytes;
import static io.kelson.raft.transport.WireWriter.number;
import static io.kelson.raft.transport.WireWriter.numberBytes;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.netty.buffer.ByteBuf;

/**
 * Writes the core's messages as frames of {@code peer.proto}, straight into the network buffer.
 *
 * <p>By hand, and not by way of the generated classes, because a busy leader sends messages without
 * end, and for each of them those make a tree of builders and objects of which nothing is left once
 * it is written. The bytes are the same to the last one: fields in the order of their numbers, and
 * none that has its default value. Sender and receiver do not travel; the connection's handshake
 * told them.
 *
 * <p>Every size below mirrors the method that writes. Sizes are computed anew where they are
 * needed, which is cheaper than to remember them. Lists are walked by index: an iterator would be
 * the only thing allocated here.
 */
final class MessageWriter {
  private MessageWriter() {}

  /** How long the message is without the frame around it. */
  static long messageBytes(Message message) {
    long term = numberBytes(message.term());
    return switch (message.kind()) {
      case VOTE_REQUEST -> term + size((Message.VoteRequest) message);
      case VOTE_RESPONSE -> term + size((Message.VoteResponse) message);
      case APPEND_REQUEST -> term + size((Message.AppendRequest) message);
      case APPEND_RESPONSE -> term + size((Message.AppendResponse) message);
      case PROPOSAL_FORWARD -> term + size((Message.ProposalForward) message);
      case READ_INDEX_REQUEST -> term + size((Message.ReadIndexRequest) message);
      case READ_INDEX_RESPONSE -> term + size((Message.ReadIndexResponse) message);
      case TIMEOUT_NOW -> term;
    };
  }

  /** How long the frame around a message of that length is, without its own length in front. */
  static long frameBytes(long messageBytes) {
    return nestedBytes(messageBytes);
  }

  /**
   * Appends a message's frame, with its length in front, to a buffer that has or makes room for it.
   *
   * @param messageBytes what {@link #messageBytes} said of this message
   */
  static void write(Message message, long messageBytes, ByteBuf out) {
    int size = Math.toIntExact(frameBytes(messageBytes));
    out.ensureWritable(ControlFrames.LENGTH_BYTES + size);
    out.writeInt(size);
    nested(out, tag(message.kind()), messageBytes);
    number(out, WireTags.TERM, message.term());
    switch (message.kind()) {
      case VOTE_REQUEST -> write((Message.VoteRequest) message, out);
      case VOTE_RESPONSE -> write((Message.VoteResponse) message, out);
      case APPEND_REQUEST -> write((Message.AppendRequest) message, out);
      case APPEND_RESPONSE -> write((Message.AppendResponse) message, out);
      case PROPOSAL_FORWARD -> write((Message.ProposalForward) message, out);
      case READ_INDEX_REQUEST -> write((Message.ReadIndexRequest) message, out);
      case READ_INDEX_RESPONSE -> write((Message.ReadIndexResponse) message, out);
      case TIMEOUT_NOW -> {}
    }
  }

  private static int tag(Message.Kind kind) {
    return switch (kind) {
      case VOTE_REQUEST -> WireTags.VOTE_REQUEST;
      case VOTE_RESPONSE -> WireTags.VOTE_RESPONSE;
      case APPEND_REQUEST -> WireTags.APPEND_REQUEST;
      case APPEND_RESPONSE -> WireTags.APPEND_RESPONSE;
      case PROPOSAL_FORWARD -> WireTags.PROPOSAL_FORWARD;
      case READ_INDEX_REQUEST -> WireTags.READ_INDEX_REQUEST;
      case READ_INDEX_RESPONSE -> WireTags.READ_INDEX_RESPONSE;
      case TIMEOUT_NOW -> WireTags.TIMEOUT_NOW;
    };
  }

  private static long size(Message.VoteRequest m) {
    return flagBytes(m.preVote()) + nestedBytes(size(m.lastLog())) + flagBytes(m.transfer());
  }

  private static void write(Message.VoteRequest m, ByteBuf out) {
    flag(out, WireTags.VOTE_REQUEST_PRE_VOTE, m.preVote());
    write(WireTags.VOTE_REQUEST_LAST_LOG, m.lastLog(), out);
    flag(out, WireTags.VOTE_REQUEST_TRANSFER, m.transfer());
  }

  private static long size(Message.VoteResponse m) {
    return flagBytes(m.preVote()) + flagBytes(m.granted());
  }

  private static void write(Message.VoteResponse m, ByteBuf out) {
    flag(out, WireTags.VOTE_RESPONSE_PRE_VOTE, m.preVote());
    flag(out, WireTags.VOTE_RESPONSE_GRANTED, m.granted());
  }

  private static long size(Message.AppendRequest m) {
    long sum =
        nestedBytes(size(m.prev()))
            + numberBytes(m.commit())
            + numberBytes(m.round())
            + flagBytes(m.newsOnly());
    for (int i = 0; i < m.entries().size(); i++) {
      sum += nestedBytes(size(m.entries().get(i)));
    }
    return sum;
  }

  private static void write(Message.AppendRequest m, ByteBuf out) {
    write(WireTags.APPEND_REQUEST_PREV, m.prev(), out);
    for (int i = 0; i < m.entries().size(); i++) {
      write(m.entries().get(i), out);
    }
    number(out, WireTags.APPEND_REQUEST_COMMIT, m.commit());
    number(out, WireTags.APPEND_REQUEST_ROUND, m.round());
    flag(out, WireTags.APPEND_REQUEST_NEWS_ONLY, m.newsOnly());
  }

  private static long size(Message.AppendResponse m) {
    return flagBytes(m.success())
        + numberBytes(m.matchIndex())
        + nestedBytes(size(m.hint()))
        + numberBytes(m.round());
  }

  private static void write(Message.AppendResponse m, ByteBuf out) {
    flag(out, WireTags.APPEND_RESPONSE_SUCCESS, m.success());
    number(out, WireTags.APPEND_RESPONSE_MATCH_INDEX, m.matchIndex());
    write(WireTags.APPEND_RESPONSE_HINT, m.hint(), out);
    number(out, WireTags.APPEND_RESPONSE_ROUND, m.round());
  }

  private static long size(Message.ProposalForward m) {
    long sum = 0;
    for (int i = 0; i < m.proposals().size(); i++) {
      sum += nestedBytes(m.proposals().get(i).data().length);
    }
    return sum;
  }

  private static void write(Message.ProposalForward m, ByteBuf out) {
    for (int i = 0; i < m.proposals().size(); i++) {
      bytes(out, WireTags.PROPOSAL_FORWARD_PAYLOADS, m.proposals().get(i).data());
    }
  }

  private static long size(Message.ReadIndexRequest m) {
    return fixed64Bytes(m.context());
  }

  private static void write(Message.ReadIndexRequest m, ByteBuf out) {
    fixed64(out, WireTags.READ_INDEX_REQUEST_CONTEXT, m.context());
  }

  private static long size(Message.ReadIndexResponse m) {
    return fixed64Bytes(m.context()) + numberBytes(m.index());
  }

  private static void write(Message.ReadIndexResponse m, ByteBuf out) {
    fixed64(out, WireTags.READ_INDEX_RESPONSE_CONTEXT, m.context());
    number(out, WireTags.READ_INDEX_RESPONSE_INDEX, m.index());
  }

  private static long size(LogPosition position) {
    return numberBytes(position.term()) + numberBytes(position.index());
  }

  private static void write(int tag, LogPosition position, ByteBuf out) {
    nested(out, tag, size(position));
    number(out, WireTags.POSITION_TERM, position.term());
    number(out, WireTags.POSITION_INDEX, position.index());
  }

  private static long size(Entry entry) {
    return numberBytes(entry.term())
        + numberBytes(entry.index())
        + numberBytes(entry.type().number())
        + (entry.data().length == 0 ? 0 : nestedBytes(entry.data().length));
  }

  private static void write(Entry entry, ByteBuf out) {
    nested(out, WireTags.APPEND_REQUEST_ENTRIES, size(entry));
    number(out, WireTags.ENTRY_TERM, entry.term());
    number(out, WireTags.ENTRY_INDEX, entry.index());
    number(out, WireTags.ENTRY_TYPE, entry.type().number());
    if (entry.data().length > 0) {
      bytes(out, WireTags.ENTRY_DATA, entry.data());
    }
  }
}
