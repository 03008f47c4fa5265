package io.kelson.server.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.CompactionRequest;
import io.kelson.server.apply.TestBed;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.proto.StoreHash;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When the checksum after a compaction is taken. Each look is one that a clock would bring. */
class StoreHashesTest {
  private static final int PUTS = 10;

  @TempDir Path directory;
  private TestBed bed;
  private StoreHashes hashes;

  @BeforeEach
  void open() {
    bed = new TestBed(directory);
    hashes = new StoreHashes(bed.store, () -> true);
    for (int i = 0; i < PUTS; i++) {
      bed.put("key", "value " + i);
    }
  }

  @AfterEach
  void close() {
    bed.close();
  }

  private void compact(long revision) {
    bed.one(
        InternalRequest.newBuilder()
            .setCompaction(CompactionRequest.newBuilder().setRevision(revision)));
  }

  private void purge() {
    while (bed.store.purgeCompacted(1)) {
      assertThat(bed.store.isPurging()).isTrue();
    }
    assertThat(bed.store.isPurging()).isFalse();
  }

  private List<HashPoint> taken() {
    return hashes.all().stream().map(StoreHashes::point).toList();
  }

  @Test
  void nothingIsTakenBeforeTheFirstCompaction() {
    hashes.look();
    assertThat(taken()).isEmpty();
    assertThat(bed.store.isPurging()).isFalse();
  }

  @Test
  void isTakenWhenOldHistoryIsGone() {
    compact(8);
    hashes.look();
    assertThat(taken()).isEmpty();
    purge();
    hashes.look();
    hashes.look();
    assertThat(taken()).containsExactly(new HashPoint(8, 8));
  }

  @Test
  void isTakenThoughOldHistoryStays() {
    compact(8);
    for (int i = 0; i < StoreHashes.MAX_POSTPONED; i++) {
      hashes.look();
    }
    assertThat(taken()).isEmpty();
    hashes.look();
    assertThat(taken()).containsExactly(new HashPoint(8, 8));
  }

  @Test
  void anotherCompactionDoesNotBeginTheWaitAnew() {
    compact(4);
    for (int i = 0; i < StoreHashes.MAX_POSTPONED; i++) {
      hashes.look();
    }
    compact(8);
    hashes.look();
    assertThat(taken()).containsExactly(new HashPoint(8, 8));
    compact(9);
    hashes.look();
    assertThat(taken()).as("the wait for the next one begins").hasSize(1);
  }

  @Test
  void isTheSameBeforeAndAfterHistoryIsGone() {
    compact(8);
    int before = hashes.take(new HashPoint(8, 8)).orElseThrow().getHash();
    StoreHashes later = new StoreHashes(bed.store, () -> true);
    purge();
    later.look();
    assertThat(later.all()).extracting(StoreHash::getHash).containsExactly(before);
  }
}
