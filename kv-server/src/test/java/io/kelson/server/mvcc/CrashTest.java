package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.LogPosition;
import io.kelson.server.apply.TestBed;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a crash leaves is the state after some entry, of all column families alike, and the store
 * says which entry; replaying from there ends in the same bytes as never having crashed.
 */
class CrashTest {
  @TempDir Path directory;

  private static TestBed open(Path path) {
    return new TestBed(path, MvccOptions.defaults(TestBed.CLUSTER).withMemtableBytes(64 * 1024));
  }

  /** The state's hash after each entry, by index. */
  private long[] hashes(List<Entry> entries) {
    long[] hashes = new long[entries.size() + 1];
    try (TestBed reference = open(directory.resolve("reference"))) {
      hashes[0] = reference.store.stateHash();
      for (int i = 0; i < entries.size(); i++) {
        reference.applier.apply(entries.subList(i, i + 1));
        hashes[i + 1] = reference.store.stateHash();
      }
    }
    return hashes;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void closingWithoutAFlushLosesTheTailAndNothingElse(long seed) {
    List<Entry> entries = EntryScript.entries(seed, 250, 600);
    long[] hashes = hashes(entries);
    Random random = new Random(seed);
    int crashes = 0;
    long lost = 0;
    int at = 0;
    TestBed bed = open(directory.resolve("store"));
    while (at < entries.size()) {
      int end = Math.min(entries.size(), at + 1 + random.nextInt(12));
      bed.applier.apply(entries.subList(at, end));
      at = end;
      if (random.nextInt(8) == 0) {
        assertThat(bed.store.flush().index()).isEqualTo(at);
        assertThat(bed.store.durablyApplied().index()).isEqualTo(at);
      }
      if (random.nextInt(8) == 0) {
        LogPosition durable = bed.store.durablyApplied();
        bed.store.closeWithoutFlush();
        bed = open(directory.resolve("store"));
        LogPosition applied = bed.applier.applied();
        assertThat(applied.index()).isBetween(durable.index(), (long) at);
        assertThat(bed.store.stateHash()).isEqualTo(hashes[(int) applied.index()]);
        lost += at - applied.index();
        at = (int) applied.index();
        crashes++;
      }
    }
    assertThat(bed.store.stateHash()).isEqualTo(hashes[entries.size()]);
    bed.close();
    assertThat(crashes).isPositive();
    assertThat(lost).as("a crash that loses nothing tests nothing").isPositive();
  }

  @ParameterizedTest(name = "killed after {0} entries or soon thereafter")
  @ValueSource(ints = {50, 900})
  void killedProcessLeavesTheStateAfterSomeEntry(int killAfter) throws Exception {
    int count = 2000;
    List<Entry> entries = EntryScript.entries(99, count, 1500);
    Path store = directory.resolve("store");
    runAndKill(store, count, killAfter);
    try (TestBed bed = open(store);
        TestBed reference = open(directory.resolve("reference"))) {
      int applied = (int) bed.applier.applied().index();
      assertThat(applied).isLessThan(count);
      apply(reference, entries.subList(0, applied));
      assertThat(bed.store.stateHash()).isEqualTo(reference.store.stateHash());
      apply(bed, entries.subList(applied, count));
      apply(reference, entries.subList(applied, count));
      assertThat(bed.store.stateHash()).isEqualTo(reference.store.stateHash());
      assertThat(bed.store.hashKv(0)).isEqualTo(reference.store.hashKv(0));
    }
  }

  private static void apply(TestBed bed, List<Entry> entries) {
    if (!entries.isEmpty()) {
      bed.applier.apply(entries);
    }
  }

  private static void runAndKill(Path store, int count, int killAfter) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Victim.class.getName(),
                store.toString(),
                Integer.toString(count))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
      String line = out.readLine();
      while (line != null && Integer.parseInt(line) < killAfter) {
        line = out.readLine();
      }
      assertThat(line).as("the process ended by itself").isNotNull();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** The process that is killed: applies the script's entries and says how far it is. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] args) throws IOException {
      int count = Integer.parseInt(args[1]);
      List<Entry> entries = EntryScript.entries(99, count, 1500);
      Random random = new Random(5);
      TestBed bed = open(Path.of(args[0]));
      int at = 0;
      while (at < count) {
        int end = Math.min(count, at + 1 + random.nextInt(8));
        bed.applier.apply(entries.subList(at, end));
        at = end;
        if (random.nextInt(60) == 0) {
          bed.store.flush();
        }
        System.out.println(at);
      }
      // Stays until it is killed, so that a slow reader does not meet a clean end.
      System.in.read();
    }
  }
}
