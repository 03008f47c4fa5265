package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.SocketException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Harmed frames on the peer port, before a hello and after one, from a seed: {@code -Dfuzz.seed}
 * and {@code -Dfuzz.inputs}. Each ends in a message that a correct member could have sent, or costs
 * the connection; which of these, the generated classes have to confirm.
 */
class PeerFuzzTest {
  private static final int PER_CONNECTION = 20;

  static LongStream seeds() {
    Long seed = Long.getLong("fuzz.seed");
    return seed == null ? LongStream.of(1) : LongStream.of(seed);
  }

  private static int inputs(int perMille) {
    return (int) (Long.getLong("fuzz.inputs", 40_000) * perMille / 1000);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void framesInProcess(long seed) {
    Random random = new Random(seed);
    RandomMessages messages = new RandomMessages(seed, 2, 1);
    TwinReaders readers = new TwinReaders(2, 1);
    int inputs = inputs(200);
    int refused = 0;
    for (int i = 0; i < inputs; i++) {
      byte[] input = harmed(frame(messages, random), random);
      refused += readers.read(input) == null ? 1 : 0;
    }
    System.out.printf("fuzz: peer frames, seed %d: %d inputs, %d refused%n", seed, inputs, refused);
    assertThat(refused).isBetween(1, inputs - 1);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void framesOnThePort(long seed) throws Exception {
    Random random = new Random(seed);
    RandomMessages messages = new RandomMessages(seed, 2, 1);
    int inputs = inputs(10);
    int said = 0;
    try (Member one = Member.start(1)) {
      one.transport().setPeers(Map.of(2L, List.of()));
      while (said < inputs) {
        boolean before = random.nextInt(3) == 0;
        try (RawConnection other =
            before ? RawConnection.to(one) : RawConnection.introduced(one, 2)) {
          for (int i = 0; i < PER_CONNECTION; i++) {
            byte[] whole = framed(before ? hello(random) : frame(messages, random));
            other.write(
                random.nextInt(4) == 0 ? harmed(whole, random) : framed(harmed(whole, random)));
            said++;
          }
        } catch (SocketException e) {
          // Closed by the member while there was more to say.
        }
        one.received().clear();
      }
      try (RawConnection honest = RawConnection.introduced(one, 2)) {
        Message.TimeoutNow fine = new Message.TimeoutNow(2, 1, 9_999_999);
        honest.write(WireMessages.encode(fine));
        Message last = one.receive();
        while (!last.equals(fine)) {
          last = one.receive();
        }
      }
    }
    System.out.printf("fuzz: peer port, seed %d: %d frames said%n", seed, said);
  }

  private static byte[] hello(Random random) {
    return new Handshake(random.nextInt(4), Member.CLUSTER).hello(random.nextInt(3)).toByteArray();
  }

  private static byte[] frame(RandomMessages messages, Random random) {
    Message.Kind[] kinds = Message.Kind.values();
    return WireMessages.encode(messages.next(kinds[random.nextInt(kinds.length)])).toByteArray();
  }

  private static byte[] framed(byte[] frame) {
    ByteBuf out = Unpooled.buffer();
    out.writeInt(frame.length);
    out.writeBytes(frame);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }

  private static byte[] harmed(byte[] bytes, Random random) {
    byte[] changed = bytes;
    for (int i = random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(changed.length + 1);
      int end = at + random.nextInt(changed.length - at + 1);
      byte[] between = new byte[random.nextInt(6)];
      random.nextBytes(between);
      int cut =
          switch (random.nextInt(3)) {
            case 0 -> at;
            case 1 -> Math.min(changed.length, at + between.length);
            default -> end;
          };
      ByteBuf out = Unpooled.buffer();
      out.writeBytes(changed, 0, at).writeBytes(between);
      out.writeBytes(changed, cut, changed.length - cut);
      changed = new byte[out.readableBytes()];
      out.readBytes(changed);
    }
    return changed;
  }
}
