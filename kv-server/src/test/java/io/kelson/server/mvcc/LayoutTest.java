package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.kelson.api.mvcc.KeyValue;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Keys on disk sort as they must, and come back as they went in. */
class LayoutTest {
  private final Random random = new Random(4);

  private ByteString key() {
    byte[] alphabet = {0, 0, 1, 'a', (byte) 0xff, (byte) 0xff};
    byte[] key = new byte[1 + random.nextInt(5)];
    for (int i = 0; i < key.length; i++) {
      key[i] = alphabet[random.nextInt(alphabet.length)];
    }
    return ByteString.copyFrom(key);
  }

  @Test
  void historySortsByKeyThenNewestFirst() {
    for (int i = 0; i < 20_000; i++) {
      ByteString a = key();
      ByteString b = key();
      long revisionA = 1 + random.nextInt(1000) * (random.nextBoolean() ? 1L : 1L << 40);
      long revisionB = 1 + random.nextInt(1000);
      byte[] recordA = Layout.histKey(a, revisionA);
      byte[] recordB = Layout.histKey(b, revisionB);
      int byKey = KeyRange.compare(a, b);
      int expected = byKey != 0 ? byKey : Long.compare(revisionB, revisionA);
      assertThat(Integer.signum(Arrays.compareUnsigned(recordA, recordB)))
          .isEqualTo(Integer.signum(expected));
      byte[] prefixA = Layout.histPrefixOf(recordA);
      assertThat(prefixA).isEqualTo(Layout.histPrefix(a));
      assertThat(Layout.hasPrefix(recordB, prefixA)).isEqualTo(a.equals(b));
      assertThat(Layout.histKey(prefixA, revisionA)).isEqualTo(recordA);
      assertThat(Layout.pastVersions(prefixA)).isEqualTo(Layout.histEnd(a));
      assertThat(Layout.histMain(recordA)).isEqualTo(revisionA);
      assertThat(Arrays.compareUnsigned(Layout.histPrefix(a), recordA)).isNegative();
      assertThat(Arrays.compareUnsigned(recordA, Layout.histEnd(a))).isNegative();
      if (byKey < 0) {
        assertThat(Arrays.compareUnsigned(Layout.histEnd(a), Layout.histPrefix(b))).isNegative();
      }
    }
  }

  @Test
  void whatIsWrittenIntoAnArrayIsTheSameAndNothingElse() {
    for (int i = 0; i < 2_000; i++) {
      byte[] key = key().toByteArray();
      long revision = random.nextLong();
      ByteBuffer expected = ByteBuffer.allocate(100).put((byte) 7);
      for (byte b : key) {
        expected.put(b == 0 ? new byte[] {0, (byte) 0xff} : new byte[] {b});
      }
      expected.putShort((short) 0).putLong(~revision);
      assertThat(Layout.histKeyBytes(key)).isEqualTo(expected.position() - 1);
      byte[] array = new byte[100];
      array[0] = 7;
      Layout.writeHistKey(key, revision, array, 1);
      assertThat(array).isEqualTo(expected.array());

      int sub = random.nextInt();
      Layout.writeRevKey(revision, sub, array, 50);
      expected.position(50);
      expected.putLong(revision).putInt(sub);
      assertThat(array).isEqualTo(expected.array());
    }
  }

  @Test
  void eventRecordsComeBack() {
    KeyValue pair = KeyValue.newBuilder().setKey(key()).setValue(key()).setModRevision(9).build();
    for (EventRecord record :
        new EventRecord[] {
          new EventRecord(key(), false, 0, null),
          new EventRecord(key(), true, Long.MAX_VALUE, null),
          new EventRecord(pair.getKey(), false, 300, pair)
        }) {
      byte[] encoded = record.encode();
      assertThat(EventRecord.decode(encoded)).isEqualTo(record);

      byte[] array = new byte[encoded.length + 2];
      record.encode(array, 1);
      assertThat(record.encodedBytes()).isEqualTo(encoded.length);
      assertThat(array).startsWith(0).endsWith(0);
      assertThat(Arrays.copyOfRange(array, 1, array.length - 1)).isEqualTo(encoded);
    }
  }

  @Test
  void nonsenseIsDamageAndNotAnEmptyRecord() {
    assertThatThrownBy(() -> EventRecord.decode(new byte[] {9, 0, 1}))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("unknown kind 9");
    assertThatThrownBy(() -> EventRecord.decode(new byte[0])).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> Layout.keyValue(new byte[] {10, 100}))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("kelson repair");
    assertThat(Layout.formatVersion(new byte[16])).isEqualTo(-1);
    assertThat(Layout.formatVersion(Layout.format())).isEqualTo(Layout.FORMAT_VERSION);
  }
}
