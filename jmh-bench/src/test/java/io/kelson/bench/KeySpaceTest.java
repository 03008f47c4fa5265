package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.kelson.api.PutRequest;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeySpaceTest {
  @Test
  void keysAreNumbersOfOneLength() {
    KeySpace keys = new KeySpace(1_000, 8);
    assertThat(keys.key(0).toStringUtf8()).isEqualTo("00000000");
    assertThat(keys.key(999).toStringUtf8()).isEqualTo("00000999");
  }

  @Test
  void keysThatDoNotFitAreRefused() {
    assertThat(new KeySpace(1_000, 3).key(999).toStringUtf8()).isEqualTo("999");
    assertThatThrownBy(() -> new KeySpace(1_001, 3)).hasMessageContaining("1001");
    assertThatThrownBy(() -> new KeySpace(0, 3)).hasMessageContaining("0");
  }

  @Test
  void prefixComesBeforeTheNumberAndKeysCanBeReadBack() {
    KeySpace keys = new KeySpace(1_000, 8, "page");
    assertThat(keys.key(42).toStringUtf8()).isEqualTo("page0042");
    assertThat(keys.number(keys.key(42))).isEqualTo(42);
    assertThat(keys.end()).isEqualTo(keys.key(999).concat(ByteString.copyFrom(new byte[1])));
    assertThatThrownBy(() -> new KeySpace(1_000, 6, "page")).hasMessageContaining("1000");
  }

  @Test
  void stampedValueGivesItsStampBack() {
    ByteString value = Values.stamped(-42, 21, new SplittableRandom(1));
    assertThat(value.size()).isEqualTo(21);
    assertThat(Values.stamp(value.toByteArray(), 0)).isEqualTo(-42);
  }

  @Test
  void sequentialPutsTakeEachKeyInTurnWithValuesThatNeverRepeat() {
    PutWorkload puts = new PutWorkload(new KeySpace(10, 2), 21, true);
    SplittableRandom random = new SplittableRandom(1);
    Set<Object> keys = new HashSet<>();
    Set<Object> values = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      PutRequest put = puts.next(random);
      keys.add(put.getKey());
      values.add(put.getValue());
      assertThat(put.getValue().size()).isEqualTo(21);
      assertThat(keys).hasSize(Math.min(i + 1, 10));
    }
    assertThat(values).hasSize(20);
  }
}
