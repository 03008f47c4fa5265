package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.runtime.StoppedWaitingException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.WriteBatch;

/** RocksDB on a disk that is really full; needs to be allowed to mount one in memory. */
@Timeout(120)
class FullStoreTest {
  private static final MvccOptions OPTIONS = MvccOptions.defaults(0xc1).withMemtableBytes(1 << 20);
  private static final int BATCHES = 6_000;
  private static final int VALUE_BYTES = 1_000;

  @TempDir static Path home;

  private final CompletableFuture<String> full = new CompletableFuture<>();
  private final CompletableFuture<Void> roomAgain = new CompletableFuture<>();
  private final AtomicInteger told = new AtomicInteger();
  private final AtomicInteger written = new AtomicInteger();
  private final StoreRoom room =
      new StoreRoom(
          new StoreRoom.Listener() {
            @Override
            public void full(Path directory, String cause) {
              told.incrementAndGet();
              full.complete(cause);
            }

            @Override
            public void room(Path directory) {
              roomAgain.complete(null);
            }
          });
  private Path disk;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createTempDirectory(home, "disk");
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(mount.getInputStream().readAllBytes());
    Assumptions.assumeTrue(mount.waitFor() == 0, "no disk can be mounted here: " + said);
  }

  @AfterEach
  void unmount() throws Exception {
    new ProcessBuilder("umount", "-l", disk.toString()).start().waitFor();
  }

  private void fillDisk() {
    try (OutputStream ballast = Files.newOutputStream(disk.resolve("ballast"))) {
      while (true) {
        ballast.write(new byte[64 << 10]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left on device");
    }
  }

  private static byte[] key(int number) {
    return Layout.encodeLong(number);
  }

  /** One record in each of two families, and a count in a third: all of them or none. */
  private void writeAll(Database database) {
    Random random = new Random(1);
    byte[] value = new byte[VALUE_BYTES];
    for (int i = 0; i < BATCHES; i++) {
      random.nextBytes(value);
      try (WriteBatch batch = new WriteBatch()) {
        batch.put(database.cur(), key(i), value);
        batch.put(database.rev(), key(i), value);
        batch.put(database.meta(), key(0), key(i));
        database.write(batch);
        written.incrementAndGet();
      } catch (org.rocksdb.RocksDBException e) {
        throw new StoreException("cannot collect", e);
      }
    }
  }

  private static void requireHolds(Database database, int batches) {
    for (int i = 0; i < batches; i++) {
      assertThat(database.get(database.cur(), database.plainReads(), key(i))).isNotNull();
      assertThat(database.get(database.rev(), database.plainReads(), key(i))).isNotNull();
    }
    assertThat(database.get(database.cur(), database.plainReads(), key(batches))).isNull();
    assertThat(database.get(database.meta(), database.plainReads(), key(0)))
        .isEqualTo(key(batches - 1));
  }

  @Test
  void aFullDiskIsWaitedForAndNothingIsLostOrHalfDone() throws Exception {
    try (Database database = Database.open(disk.resolve("store"), OPTIONS, room)) {
      fillDisk();
      CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> writeAll(database));
      assertThat(full.get(60, TimeUnit.SECONDS))
          .as("either the flush that failed is seen first, or that no writes are taken")
          .containsAnyOf("No space left on device", "cannot be flushed into the ");
      requireHolds(database, written.get());
      assertThat(database.maybeFlush()).isFalse();
      assertThat(writer).isNotDone();

      Files.delete(disk.resolve("ballast"));
      roomAgain.get(60, TimeUnit.SECONDS);
      writer.get(60, TimeUnit.SECONDS);
      assertThat(told).as("told once").hasValue(1);
      assertThat(database.maybeFlush()).isTrue();
    }
    try (Database database = Database.open(disk.resolve("store"), OPTIONS, room)) {
      requireHolds(database, BATCHES);
    }
  }

  @Test
  void whoeverWaitsCanBeSentAway() throws Exception {
    try (Database database = Database.open(disk.resolve("store"), OPTIONS, room)) {
      fillDisk();
      CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> writeAll(database));
      full.get(60, TimeUnit.SECONDS);
      room.stopWaiting();
      assertThatThrownBy(() -> writer.get(60, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(StoppedWaitingException.class);
      requireHolds(database, written.get());
    }
  }
}
