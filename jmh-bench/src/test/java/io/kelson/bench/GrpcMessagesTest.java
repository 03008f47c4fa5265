package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Messages are the same however they are cut. */
class GrpcMessagesTest {
  @Test
  void messagesCutAnywhereAreWholeAgain() {
    SplittableRandom random = new SplittableRandom(7);
    List<byte[]> sent = new ArrayList<>();
    ByteBuf stream = Unpooled.buffer();
    for (int length : new int[] {0, 1, 5, 300, 70_000, 0, 200_000, 12}) {
      byte[] message = new byte[length];
      random.nextBytes(message);
      sent.add(message);
      stream.writeByte(0).writeInt(length).writeBytes(message);
    }
    for (int largest : new int[] {3, 1_000, 100_000, stream.readableBytes()}) {
      assertThat(cut(stream.duplicate(), largest, random))
          .usingElementComparator(Arrays::compare)
          .as("pieces of at most " + largest)
          .containsExactlyElementsOf(sent);
    }
  }

  @Test
  void messageIsNotShownBeforeItsLastByte() {
    GrpcMessages messages = new GrpcMessages();
    List<Integer> lengths = new ArrayList<>();
    ByteBuf stream = Unpooled.buffer().writeByte(0).writeInt(3).writeZero(3);
    messages.take(stream.readSlice(7), (bytes, from, to) -> lengths.add(to - from));
    assertThat(lengths).isEmpty();
    messages.take(stream, (bytes, from, to) -> lengths.add(to - from));
    assertThat(lengths).containsExactly(3);
  }

  @Test
  void refusesWhatItCannotRead() {
    ByteBuf compressed = Unpooled.buffer().writeByte(1).writeInt(0);
    assertThatThrownBy(() -> new GrpcMessages().take(compressed, (bytes, from, to) -> {}))
        .hasMessageContaining("compressed");
    ByteBuf tooLarge = Unpooled.buffer().writeByte(0).writeInt(-1);
    assertThatThrownBy(() -> new GrpcMessages().take(tooLarge, (bytes, from, to) -> {}))
        .hasMessageContaining("2 GiB");
  }

  private static List<byte[]> cut(ByteBuf stream, int largest, SplittableRandom random) {
    GrpcMessages messages = new GrpcMessages();
    List<byte[]> seen = new ArrayList<>();
    while (stream.isReadable()) {
      int length = Math.min(stream.readableBytes(), 1 + random.nextInt(largest));
      messages.take(
          stream.readSlice(length),
          (bytes, from, to) -> seen.add(Arrays.copyOfRange(bytes, from, to)));
    }
    return seen;
  }
}
