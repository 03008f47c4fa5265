package io.kelson.server.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.server.fuzz.FuzzRun;
import io.kelson.server.fuzz.Mutator;
import io.kelson.server.repair.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Harmed backups are refused as what they are, and never taken for sound. */
class BackupFuzzTest {
  @TempDir Path directory;

  static LongStream seeds() {
    return FuzzRun.seeds();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void harmedBackupsAreRefused(long seed) throws Exception {
    byte[] good;
    try (LocalCluster cluster = new LocalCluster(directory.resolve("members"), 1)) {
      cluster.startAll();
      Saved.put(cluster, 0, "k", "v");
      good = Files.readAllBytes(Saved.by(cluster, 0, directory.resolve("good.db")));
    }
    assertThat(isTaken(good)).isTrue();
    // Most of what is read with care stands at the beginning and at the end.
    int head = Math.min(good.length, 8192);
    Random random = new Random(seed);
    Mutator mutator = new Mutator(random);
    int inputs = FuzzRun.inputs(10);
    int refused = 0;
    for (int i = 0; i < inputs; i++) {
      int at = random.nextBoolean() ? 0 : random.nextInt(good.length - head + 1);
      byte[] part = Arrays.copyOfRange(good, at, at + head);
      byte[] harmed = mutator.mutate(part, List.of(part));
      byte[] input = new byte[good.length - head + harmed.length];
      System.arraycopy(good, 0, input, 0, at);
      System.arraycopy(harmed, 0, input, at, harmed.length);
      System.arraycopy(good, at + head, input, at + harmed.length, good.length - at - head);
      try {
        boolean taken = isTaken(input);
        assertThat(taken).as("input %d", i).isEqualTo(Arrays.equals(input, good));
        refused += taken ? 0 : 1;
      } catch (IOException | RuntimeException | StackOverflowError | AssertionError e) {
        throw FuzzRun.failure("backup", seed, i, input, e);
      }
    }
    FuzzRun.report("backup", seed, "%d inputs, %d refused".formatted(inputs, refused));
  }

  private boolean isTaken(byte[] bytes) throws IOException {
    Path file = Files.write(directory.resolve("harmed.db"), bytes);
    try (BackupReader backup = BackupReader.open(file)) {
      backup.read(BackupReader.NOWHERE, false);
      return true;
    } catch (BackupException e) {
      return false;
    }
  }
}
