package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.transport.proto.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageReaderTest {
  private static final long FROM = 0x8e9e05c52164694dL;
  private static final long TO = 2;
  private static final int ROUNDS = 200;

  @ParameterizedTest(name = "{0}")
  @EnumSource(Message.Kind.class)
  void everyKindComesBackAsItWas(Message.Kind kind) throws ProtocolException {
    RandomMessages messages = new RandomMessages(kind.ordinal(), FROM, TO);
    for (int i = 0; i < ROUNDS; i++) {
      Message message = messages.next(kind);
      assertThat(roundTrip(message, i % 2 == 0)).usingRecursiveComparison().isEqualTo(message);
    }
  }

  @Test
  void payloadDoesNotReferToTheNetworkBuffer() throws ProtocolException {
    Entry entry = new Entry(3, 8, EntryType.NORMAL, new byte[] {1, 2, 3});
    Message append =
        new Message.AppendRequest(FROM, TO, 3, new LogPosition(2, 7), List.of(entry), 7, 1);
    byte[] bytes = WireMessages.encode(append).toByteArray();

    Message decoded = read(bytes);
    Arrays.fill(bytes, (byte) 0);

    assertThat(((Message.AppendRequest) decoded).entries()).containsExactly(entry);
  }

  @Test
  void severalFramesShareOneBuffer() throws ProtocolException {
    Message first = new Message.TimeoutNow(FROM, TO, 4);
    Message second = new Message.VoteResponse(FROM, TO, 4, true, false);
    ByteBuf buffer = Unpooled.buffer(1);
    write(first, buffer);
    write(second, buffer);

    assertThat(readFrame(buffer)).isEqualTo(first);
    assertThat(readFrame(buffer)).isEqualTo(second);
    assertThat(buffer.isReadable()).isFalse();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void damagedBytesEndInAMessageOrAProtocolException(long seed) {
    Random random = new Random(seed);
    RandomMessages messages = new RandomMessages(seed, FROM, TO);
    Message.Kind[] kinds = Message.Kind.values();
    int refused = 0;
    int rounds = 3000;
    for (int i = 0; i < rounds; i++) {
      Message message = messages.next(kinds[random.nextInt(kinds.length)]);
      byte[] damaged = damage(WireMessages.encode(message).toByteArray(), random);
      refused += isRefused(damaged) ? 1 : 0;
    }
    // Some damage leaves a valid message, as a flipped bit of payload does; most does not.
    assertThat(refused).isBetween(rounds / 10, rounds - 1);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {11, 12, 13})
  void garbageIsRefused(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 3000; i++) {
      byte[] garbage = new byte[1 + random.nextInt(64)];
      random.nextBytes(garbage);
      garbage[0] = (byte) (garbage[0] | 0x80 | 0x07); // field numbers beyond any, wire type 7
      assertThat(isRefused(garbage)).isTrue();
    }
  }

  @Test
  void framesWithoutAMessageHoldNone() throws ProtocolException {
    for (Wire.Frame frame :
        List.of(
            new Handshake(1, 2).hello(3),
            Handshake.refusal("no"),
            Wire.Frame.newBuilder().setPing(Wire.Ping.newBuilder().setId(1)).build(),
            Wire.Frame.newBuilder().setPong(Wire.Pong.newBuilder().setId(1)).build())) {
      assertThat(read(frame.toByteArray())).isNull();
    }
    assertRefused(Wire.Frame.getDefaultInstance(), "empty");
  }

  @Test
  void missingPositionsAreRefused() {
    assertRefused(
        Wire.Frame.newBuilder().setVoteRequest(Wire.VoteRequest.newBuilder().setTerm(1)).build(),
        "last_log");
    assertRefused(append().clearPrev(), "prev");
    assertRefused(
        Wire.Frame.newBuilder()
            .setAppendResponse(Wire.AppendResponse.newBuilder().setTerm(1))
            .build(),
        "hint");
  }

  @Test
  void entriesThatDoNotFollowEachOtherAreRefused() {
    assertRefused(append().addEntries(entry(5, 12)), "cannot follow");
    assertRefused(append().addEntries(entry(5, 10)), "cannot follow");
    assertRefused(append().addEntries(entry(5, 11)).addEntries(entry(5, 11)), "cannot follow");
    assertRefused(append().addEntries(entry(3, 11)), "cannot follow");
    assertRefused(append().addEntries(entry(6, 11)), "cannot follow");
    assertRefused(append().addEntries(entry(0, 11)), "cannot follow");
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    assertRefused(append().setTerm(-1), "out of range");
    assertRefused(append().setCommit(-1), "out of range");
    assertRefused(append().setRound(Long.MIN_VALUE), "out of range");
    assertRefused(
        append().setPrev(Wire.LogPosition.newBuilder().setTerm(1).setIndex(-1)), "out of range");
    assertRefused(append().addEntries(entry(5, 11).setType(77)), "77");
  }

  private static Wire.AppendRequest.Builder append() {
    return Wire.AppendRequest.newBuilder()
        .setTerm(5)
        .setPrev(Wire.LogPosition.newBuilder().setTerm(4).setIndex(10));
  }

  private static Wire.Entry.Builder entry(long term, long index) {
    return Wire.Entry.newBuilder().setTerm(term).setIndex(index);
  }

  private static void assertRefused(Wire.AppendRequest.Builder append, String why) {
    assertRefused(Wire.Frame.newBuilder().setAppendRequest(append).build(), why);
  }

  private static void assertRefused(Wire.Frame frame, String why) {
    assertThatThrownBy(() -> read(frame.toByteArray()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(why);
  }

  private static Message roundTrip(Message message, boolean direct) throws ProtocolException {
    ByteBuf buffer = direct ? Unpooled.directBuffer() : Unpooled.buffer();
    try {
      write(message, buffer);
      return readFrame(buffer);
    } finally {
      buffer.release();
    }
  }

  private static Message readFrame(ByteBuf buffer) throws ProtocolException {
    int length = buffer.readInt();
    int start = buffer.readerIndex();
    buffer.skipBytes(length);
    return new MessageReader(FROM, TO).read(buffer, start, length);
  }

  private static Message read(byte[] bytes) throws ProtocolException {
    return new MessageReader(FROM, TO).read(Unpooled.wrappedBuffer(bytes), 0, bytes.length);
  }

  private static void write(Message message, ByteBuf buffer) {
    MessageWriter.write(message, MessageWriter.messageBytes(message), buffer);
  }

  private static byte[] damage(byte[] bytes, Random random) {
    if (bytes.length == 0 || random.nextInt(3) == 0) {
      return Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
    }
    byte[] damaged = bytes.clone();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
    }
    return damaged;
  }

  /** Anything but a message or a ProtocolException fails the test by escaping. */
  private static boolean isRefused(byte[] bytes) {
    try {
      read(bytes);
      return false;
    } catch (ProtocolException e) {
      return true;
    }
  }
}
