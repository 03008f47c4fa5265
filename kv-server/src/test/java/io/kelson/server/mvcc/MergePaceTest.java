package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The limit for what RocksDB has before it. */
class MergePaceTest {
  private static final long QUIET = MergePace.QUIET_BYTES_PER_SECOND;

  @Test
  void whatKeepsUpIsQuiet() {
    assertThat(MergePace.limit(0, 0)).isEqualTo(QUIET);
    assertThat(MergePace.limit(0, 4)).isEqualTo(QUIET);
  }

  @Test
  void eachFileBehindDoublesIt() {
    assertThat(MergePace.limit(0, 5)).isEqualTo(2 * QUIET);
    assertThat(MergePace.limit(0, 6)).isEqualTo(4 * QUIET);
    assertThat(MergePace.limit(0, 7)).isEqualTo(8 * QUIET);
  }

  @Test
  void whatIsFlushedIsSoonDone() {
    assertThat(MergePace.limit(1, 2)).isEqualTo(8 * QUIET);
    assertThat(MergePace.limit(1, 6)).isEqualTo(8 * QUIET);
    assertThat(MergePace.limit(1, 7)).isEqualTo(8 * QUIET);
  }

  /** RocksDB stops writes at three memtables and slows them down at twenty files. */
  @Test
  void thereIsNoLimitWellBeforeWritesWouldWait() {
    assertThat(MergePace.limit(2, 0)).isEqualTo(MergePace.UNLIMITED);
    assertThat(MergePace.limit(0, 8)).isEqualTo(MergePace.UNLIMITED);
    assertThat(MergePace.limit(3, 25)).isEqualTo(MergePace.UNLIMITED);
  }
}
