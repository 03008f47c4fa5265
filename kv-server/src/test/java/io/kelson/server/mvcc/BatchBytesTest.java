package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.server.apply.TestBed;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** The bytes collected here against those that RocksDB collects itself. */
class BatchBytesTest {
  @TempDir Path directory;

  private Database database;
  private BatchBytes collected;

  @BeforeEach
  void open() {
    database =
        Database.open(
            directory.resolve("store"),
            MvccOptions.defaults(TestBed.CLUSTER),
            new StoreRoom(StoreRoom.Listener.NONE));
    collected = database.emptyBatch();
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void bytesAreThoseOfRocksDb() throws Exception {
    Random random = new Random(7);
    for (int round = 0; round < 60; round++) {
      collected.clear();
      assertThat(collected.isEmpty()).isTrue();
      try (WriteBatch theirs = new WriteBatch()) {
        int records = 1 + random.nextInt(300);
        for (int i = 0; i < records; i++) {
          addToBoth(random, theirs);
        }
        assertThat(collected.isEmpty()).isFalse();
        try (WriteBatch ours = collected.toWriteBatch()) {
          assertThat(ours.count()).isEqualTo(records);
          assertThat(ours.data()).isEqualTo(theirs.data());
        }
      }
    }
  }

  private void addToBoth(Random random, WriteBatch theirs) throws RocksDBException {
    List<ColumnFamilyHandle> families = database.families();
    ColumnFamilyHandle family = families.get(random.nextInt(families.size()));
    byte[] key = bytes(random, 300);
    switch (random.nextInt(4)) {
      case 0 -> {
        collected.delete(family, key);
        theirs.delete(family, key);
      }
      case 1 -> {
        byte[] value = bytes(random, random.nextInt(20) == 0 ? 40_000 : 200);
        collected.put(family, key, value);
        theirs.put(family, key, value);
      }
      case 2 -> {
        byte[] value = bytes(random, 200);
        collected.reserve(family, key.length, value.length);
        System.arraycopy(value, 0, collected.array(), collected.valueAt(), value.length);
        System.arraycopy(key, 0, collected.array(), collected.keyAt(), key.length);
        theirs.put(family, key, value);
      }
      default -> {
        KeyValue pair = pair(random);
        collected.put(family, key, pair);
        theirs.put(family, key, pair.toByteArray());
      }
    }
  }

  @Test
  void whatIsWrittenIsRead() {
    byte[] key = {1, 0, (byte) 0xff};
    byte[] gone = {2};
    KeyValue large = KeyValue.newBuilder().setValue(ByteString.copyFrom(new byte[3 << 20])).build();
    collected.put(database.cur(), gone, new byte[] {9});
    database.write(collected);
    assertThat(read(database.cur(), gone)).containsExactly(9);

    // The second time after it has given back the memory of a large group.
    for (int i = 0; i < 2; i++) {
      collected.clear();
      collected.delete(database.cur(), gone);
      collected.put(database.cur(), key, large);
      collected.put(database.meta(), key, new byte[0]);
      database.write(collected);
      assertThat(read(database.cur(), gone)).isNull();
      assertThat(read(database.cur(), key)).isEqualTo(large.toByteArray());
      assertThat(read(database.meta(), key)).isEmpty();
      assertThat(read(database.hist(), key)).isNull();
    }
  }

  @Test
  void columnFamilyOfAnotherDatabaseIsRefused() {
    try (Database other =
        Database.open(
            directory.resolve("other"),
            MvccOptions.defaults(TestBed.CLUSTER),
            new StoreRoom(StoreRoom.Listener.NONE))) {
      assertThatThrownBy(() -> collected.delete(other.cur(), new byte[] {1}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not a column family of this database");
    }
  }

  private byte[] read(ColumnFamilyHandle family, byte[] key) {
    return database.get(family, database.plainReads(), key);
  }

  private static KeyValue pair(Random random) {
    return KeyValue.newBuilder()
        .setKey(ByteString.copyFrom(bytes(random, 50)))
        .setModRevision(random.nextLong())
        .setVersion(1)
        .setValue(ByteString.copyFrom(bytes(random, 200)))
        .build();
  }

  private static byte[] bytes(Random random, int max) {
    byte[] bytes = new byte[random.nextInt(max + 1)];
    random.nextBytes(bytes);
    return bytes;
  }
}
