package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.Proposal;
import io.kelson.raft.transport.proto.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages written and read by hand are those of the generated classes, to the last byte. */
class MessageTwinTest {
  private static final long FROM = 0x8e9e05c52164694dL;
  private static final long TO = 2;

  private final TwinReaders readers = new TwinReaders(FROM, TO);

  @ParameterizedTest(name = "{0}")
  @EnumSource(Message.Kind.class)
  void writesTheBytesOfTheGeneratedClasses(Message.Kind kind) {
    RandomMessages messages = new RandomMessages(kind.ordinal(), FROM, TO);
    for (int i = 0; i < 5000; i++) {
      assertWritten(messages.next(kind), i % 2 == 0);
    }
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152})
  void writesLongPayloads(int length) {
    byte[] data = new byte[length];
    Entry entry = new Entry(3, 8, EntryType.NORMAL, data);
    assertWritten(append(entry), false);
    assertWritten(new Message.ProposalForward(FROM, TO, 3, List.of(new Proposal(7, data))), false);
    assertThat(((Message.AppendRequest) readers.read(generated(append(entry)))).entries())
        .containsExactly(entry);
  }

  @Test
  void readsMoreEntriesThanMayBeNestedAndThenFewer() {
    List<Entry> entries = new ArrayList<>();
    for (int i = 1; i <= 3000; i++) {
      entries.add(new Entry(3, 7 + i, EntryType.NORMAL, new byte[] {(byte) i}));
    }
    for (List<Entry> some : List.of(entries, entries.subList(0, 2), entries.subList(0, 0))) {
      Message append =
          new Message.AppendRequest(FROM, TO, 3, new LogPosition(2, 7), some, 7, 1, true);
      assertWritten(append, true);
      assertThat(readers.read(generated(append))).isEqualTo(append);
    }
  }

  @Test
  void writesTheSmallestAndTheLargestNumbers() {
    for (long number : new long[] {0, 1, 127, 128, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      assertWritten(new Message.TimeoutNow(FROM, TO, number), true);
      assertWritten(new Message.ReadIndexResponse(FROM, TO, number, number, number), true);
      assertWritten(
          new Message.AppendResponse(FROM, TO, number, true, number, LogPosition.ZERO, number),
          true);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(Message.Kind.class)
  void understandsWhatIsSaidDifferently(Message.Kind kind) throws IOException {
    RandomMessages messages = new RandomMessages(kind.ordinal(), FROM, TO);
    Rewording rewording = new Rewording(new Random(kind.ordinal()));
    for (int i = 0; i < 2000; i++) {
      byte[] plain = generated(messages.next(kind));
      byte[] reworded = rewording.of(Wire.Frame.getDescriptor(), plain);

      Message read = readers.read(reworded);

      assertThat(read).isNotNull();
      assertThat(generated(read)).isEqualTo(plain);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(Message.Kind.class)
  void endsWhereTheFrameEnds(Message.Kind kind) throws IOException {
    RandomMessages messages = new RandomMessages(kind.ordinal(), FROM, TO);
    Rewording rewording = new Rewording(new Random(kind.ordinal()));
    for (int i = 0; i < 20; i++) {
      byte[] plain = generated(messages.next(kind));
      byte[] reworded = rewording.of(Wire.Frame.getDescriptor(), plain);
      for (byte[] bytes : List.of(plain, reworded)) {
        for (int length = 0; length < bytes.length; length++) {
          readers.read(bytes, length);
        }
        assertThat(readers.read(bytes, bytes.length)).isNotNull();
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void takesHarmedFramesForWhatTheyAre(long seed) throws IOException {
    Random random = new Random(seed);
    RandomMessages messages = new RandomMessages(seed, FROM, TO);
    Rewording rewording = new Rewording(random);
    Message.Kind[] kinds = Message.Kind.values();
    int rounds = 10_000;
    int read = 0;
    for (int i = 0; i < rounds; i++) {
      byte[] bytes = generated(messages.next(kinds[random.nextInt(kinds.length)]));
      if (random.nextBoolean()) {
        bytes = rewording.of(Wire.Frame.getDescriptor(), bytes);
      }
      // Most of a frame is payload, where harm does not show: so mostly at its beginning.
      int range = random.nextBoolean() ? bytes.length : Math.min(bytes.length, 24);
      for (int harm = 1 + random.nextInt(3); harm > 0; harm--) {
        bytes[random.nextInt(range)] ^= (byte) (1 << random.nextInt(8));
      }
      read += readers.read(bytes) == null ? 0 : 1;
    }
    assertThat(read).isBetween(rounds / 10, rounds * 9 / 10);
  }

  @Test
  void takesNumbersOfAnyLengthForWhatTheyAre() {
    int read = 0;
    for (int length = 1; length <= 12; length++) {
      for (int last : new int[] {0, 1, 2, 0x7f}) {
        byte[] number = new byte[length];
        Arrays.fill(number, (byte) 0x80);
        number[0] |= 1;
        number[length - 1] = (byte) last;
        ByteString varint = ByteString.copyFrom(number);
        for (ByteString frame :
            List.of(
                nested(10, bytes(8).concat(varint)), // timeout_now, term
                nested(4, bytes(8, 1, 16).concat(varint)), // vote_response, pre_vote
                nested(4, bytes(8, 1, 40).concat(varint)), // vote_response, unknown
                nested(5, bytes(18, 0, 8, 5, 26).concat(small(varint))), // append, entry, type
                nested(10, varint.concat(bytes(0))), // a tag
                bytes(10 << 3 | 2).concat(varint).concat(bytes(8, 3)))) { // a length
          read += readers.read(frame.toByteArray()) == null ? 0 : 1;
        }
      }
    }
    assertThat(read).isPositive();
  }

  @Test
  void entersGroupsAsDeepAsTheGeneratedClasses() {
    int read = 0;
    for (int depth = 95; depth < 105; depth++) {
      ByteString groups = ByteString.EMPTY;
      for (int i = 0; i < depth; i++) {
        groups = bytes(0x7b).concat(groups).concat(bytes(0x7c)); // field 15
      }
      ByteString position = nested(2, groups);
      for (ByteString frame :
          List.of(
              groups.concat(nested(10, bytes(8, 3))),
              nested(10, groups),
              nested(5, position),
              nested(10, bytes(0x7b).concat(groups)),
              nested(10, groups.concat(bytes(0x7c))))) {
        read += readers.read(frame.toByteArray()) == null ? 0 : 1;
      }
    }
    assertThat(read).isEqualTo(6 + 5 + 4);
  }

  @Test
  void whatIsNotAMessageIsLeftToOthers() throws ProtocolException {
    Wire.Frame ping = Wire.Frame.newBuilder().setPing(Wire.Ping.newBuilder().setId(1)).build();
    byte[] bytes = ping.toByteArray();
    MessageReader reader = new MessageReader(FROM, TO);

    assertThat(reader.read(Unpooled.wrappedBuffer(bytes), 0, bytes.length)).isNull();
    assertThat(readers.read(bytes)).isNull();
    assertThat(readers.read(concat(bytes, generated(new Message.TimeoutNow(FROM, TO, 1)))))
        .isNull();
  }

  @Test
  void aLengthThatIsNotThereCostsNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    ByteString huge = bytes(0xff, 0xff, 0xff, 0xff, 0x07);
    ByteString forward = nested(7, bytes(18).concat(huge).concat(bytes(1, 2, 3)));
    ByteString entry = nested(5, nested(3, bytes(8, 1, 16, 1, 34).concat(huge)));
    readers.read(forward.toByteArray());
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThat(readers.read(forward.toByteArray())).isNull();
    assertThat(readers.read(entry.toByteArray())).isNull();
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(16 << 20);
  }

  private static Message append(Entry entry) {
    LogPosition prev = new LogPosition(2, entry.index() - 1);
    return new Message.AppendRequest(FROM, TO, 3, prev, List.of(entry), 7, 1);
  }

  private static void assertWritten(Message message, boolean direct) {
    ByteBuf out = direct ? Unpooled.directBuffer(1) : Unpooled.buffer(1);
    try {
      long messageBytes = MessageWriter.messageBytes(message);
      MessageWriter.write(message, messageBytes, out);

      byte[] expected = generated(message);
      assertThat(MessageWriter.frameBytes(messageBytes)).isEqualTo(expected.length);
      assertThat(out.readInt()).isEqualTo(expected.length);
      assertThat(ByteBufUtil.getBytes(out)).isEqualTo(expected);
    } finally {
      out.release();
    }
  }

  private static byte[] generated(Message message) {
    return WireMessages.encode(message).toByteArray();
  }

  /** A field of that number that has a length, up to 16383. */
  private static ByteString nested(int number, ByteString value) {
    return bytes(number << 3 | 2, value.size() & 0x7f | 0x80, value.size() >> 7).concat(value);
  }

  private static ByteString small(ByteString type) {
    ByteString entry = bytes(8, 1, 16, 1, 24).concat(type);
    return bytes(entry.size()).concat(entry);
  }

  private static ByteString bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }

  private static byte[] concat(byte[] one, byte[] other) {
    return ByteString.copyFrom(one).concat(ByteString.copyFrom(other)).toByteArray();
  }
}
