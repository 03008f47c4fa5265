package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Reads frames both as a member does and by way of the generated classes, and fails where these
 * differ: in whether they take the bytes for a message, or in which.
 *
 * <p>One reader reads all of them, as on a connection, whatever came before.
 */
final class TwinReaders {
  private static final int BEFORE = 3;

  private final long from;
  private final long to;
  private final MessageReader reader;

  TwinReaders(long from, long to) {
    this.from = from;
    this.to = to;
    this.reader = new MessageReader(from, to);
  }

  /** The message in these bytes; null if they are none. */
  Message read(byte[] frame) {
    return read(frame, frame.length);
  }

  /** The message in the first of these bytes, what follows being none of the frame's. */
  Message read(byte[] bytes, int length) {
    Message expected = null;
    boolean isOther = false;
    try {
      expected = WireMessages.read(Arrays.copyOf(bytes, length), from, to);
      isOther = expected == null;
    } catch (ProtocolException e) {
      // Neither a message nor anything else.
    }
    String shown = HexFormat.of().formatHex(bytes, 0, length);
    Message actual = null;
    try {
      actual = readAsMembersDo(bytes, length);
      assertThat(actual != null || isOther).as("whether %s is a frame", shown).isTrue();
    } catch (ProtocolException e) {
      assertThat(expected).as("%s, refused: %s", shown, e.getMessage()).isNull();
      assertThat(isOther).as("%s, refused: %s", shown, e.getMessage()).isFalse();
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError("reading " + shown, e);
    }
    assertSame(actual, expected, shown);
    return actual;
  }

  private Message readAsMembersDo(byte[] bytes, int length) throws ProtocolException {
    ByteBuf in = length % 2 == 0 ? Unpooled.directBuffer() : Unpooled.buffer();
    try {
      in.writeZero(BEFORE).writeBytes(bytes);
      Message message = reader.read(in, BEFORE, length);
      if (message == null) {
        ControlFrames.parse(in, BEFORE, length);
      }
      assertThat(in.readerIndex()).isZero();
      return message;
    } finally {
      in.release();
    }
  }

  private static void assertSame(Message actual, Message expected, String shown) {
    if (actual == null || expected == null) {
      assertThat(actual).as(shown).isEqualTo(expected);
      return;
    }
    // By their bytes, since payloads are arrays, which equals does not look into.
    assertThat(WireMessages.encode(actual)).as(shown).isEqualTo(WireMessages.encode(expected));
    assertThat(actual.from()).isEqualTo(expected.from());
    assertThat(actual.to()).isEqualTo(expected.to());
  }
}
