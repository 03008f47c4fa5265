package io.kelson.server.mvcc;

import static io.kelson.server.apply.TestBed.rangeRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.server.apply.TestBed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A bit of a table has turned: whoever reads it is told so, and so is whoever can end the member.
 */
class DamagedStoreTest {
  private static final MvccOptions OPTIONS = MvccOptions.defaults(TestBed.CLUSTER);
  private static final int KEYS = 500;
  private static final int LEAST_BYTES = 4096;

  @TempDir Path directory;

  private final List<StoreException> told = new CopyOnWriteArrayList<>();
  private final StoreRoom room =
      new StoreRoom(
          new StoreRoom.Listener() {
            @Override
            public void full(Path directory, String cause) {}

            @Override
            public void room(Path directory) {}

            @Override
            public void damaged(StoreException cause) {
              told.add(cause);
            }
          });

  @BeforeEach
  void fillStore() {
    try (TestBed bed = new TestBed(directory, OPTIONS)) {
      for (int i = 0; i < KEYS; i++) {
        bed.put("key " + i, "value ".repeat(20) + i);
      }
      bed.store.flush();
    }
  }

  /** In the middle of the first half: what comes last in a table is about the rest. */
  private void turnABitOfEveryTable() throws IOException {
    List<Path> tables;
    try (Stream<Path> files = Files.list(directory)) {
      tables =
          files
              .filter(file -> file.toString().endsWith(".sst"))
              .filter(file -> file.toFile().length() >= LEAST_BYTES)
              .toList();
    }
    assertThat(tables).isNotEmpty();
    for (Path table : tables) {
      byte[] bytes = Files.readAllBytes(table);
      bytes[bytes.length / 4] ^= 1;
      Files.write(table, bytes);
    }
  }

  @Test
  void aReadSaysSoInsteadOfAnswering() throws IOException {
    turnABitOfEveryTable();
    try (MvccStore store = MvccStore.open(directory, OPTIONS, room)) {
      assertThat(told).as("opening reads no pairs").isEmpty();
      try (StoreView view = store.acquireView()) {
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> view.range(rangeRequest("key", "kez").build()))
              .isInstanceOf(StoreException.class)
              .hasMessageContaining("checksum mismatch")
              .hasMessageContaining("kelson repair");
          assertThatThrownBy(() -> view.hashKv(view.revision())).isInstanceOf(StoreException.class);
        }
      }
    }
    assertThat(told).as("told once").hasSize(1);
    assertThat(told.get(0)).hasMessageContaining(directory.toString());
  }

  @Test
  void nobodyIsToldOfASoundStore() {
    try (MvccStore store = MvccStore.open(directory, OPTIONS, room);
        StoreView view = store.acquireView()) {
      assertThat(view.range(rangeRequest("key", "kez").build()).count()).isEqualTo(KEYS);
      view.hashKv(view.revision());
      // More than is in memory is asked for here, which is no damage.
      view.maybeRangeInMemory(rangeRequest("key 7", "").build());
    }
    assertThat(told).isEmpty();
  }
}
