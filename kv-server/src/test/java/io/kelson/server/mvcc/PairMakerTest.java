package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.server.apply.MessageBytes;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Pairs made by hand against those that protobuf makes. */
class PairMakerTest {
  private final Random random = new Random(9);

  /** One for all: nothing of a pair may be left for the next. */
  private final PairMaker maker = new PairMaker();

  private ByteString bytes(int max) {
    byte[] bytes = new byte[random.nextInt(max)];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private KeyValue pair() {
    return KeyValue.newBuilder()
        .setKey(bytes(30))
        .setCreateRevision(random.nextInt(3))
        .setModRevision(random.nextLong() >>> random.nextInt(64))
        .setVersion(random.nextInt(3))
        .setValue(bytes(random.nextBoolean() ? 2 : 300))
        .setLease(random.nextBoolean() ? 0 : random.nextLong())
        .build();
  }

  @Test
  void pairsComeBack() {
    for (int i = 0; i < 20_000; i++) {
      KeyValue pair = pair();
      assertThat(maker.decode(pair.toByteArray())).isEqualTo(pair);
    }
  }

  @Test
  void whateverTheBytesAreBothSayTheSame() {
    int understood = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] encoded = MessageBytes.mutated(pair().toByteArray(), random);
      KeyValue expected;
      try {
        expected = Layout.keyValue(encoded);
      } catch (StoreException e) {
        assertThatThrownBy(() -> maker.decode(encoded))
            .isInstanceOf(StoreException.class)
            .hasMessage(e.getMessage());
        continue;
      }
      understood++;
      KeyValue read = maker.decode(encoded);
      assertThat(read).isEqualTo(expected);
      assertThat(read.toByteString()).isEqualTo(expected.toByteString());
    }
    assertThat(understood).isBetween(50_000, 195_000);
  }

  @Test
  void aPutCountsVersionsAndKeepsWhenTheKeyWasCreated() {
    ByteString key = ByteString.copyFromUtf8("a");
    KeyValue first = maker.next(null, key, ByteString.copyFromUtf8("1"), 5, 10);
    KeyValue second = maker.next(first, key, ByteString.EMPTY, 0, 12);
    assertThat(first)
        .isEqualTo(
            KeyValue.newBuilder()
                .setKey(key)
                .setValue(ByteString.copyFromUtf8("1"))
                .setCreateRevision(10)
                .setModRevision(10)
                .setVersion(1)
                .setLease(5)
                .build());
    assertThat(second)
        .isEqualTo(
            KeyValue.newBuilder()
                .setKey(key)
                .setCreateRevision(10)
                .setModRevision(12)
                .setVersion(2)
                .build());
  }
}
