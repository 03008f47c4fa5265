package io.kelson.raft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of several stores counts, whatever moment the power goes. */
class StoreGenerationsTest {
  private static final String CONTENT = "state";

  @TempDir Path temp;

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> list = Files.list(directory)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static Path stage(Path parent, String state) throws IOException {
    Path staged = Files.createDirectories(parent.resolve("incoming").resolve("ready"));
    Files.writeString(staged.resolve(CONTENT), state);
    return staged;
  }

  private static String state(StoreGenerations generations) throws IOException {
    return Files.readString(generations.current().resolve(CONTENT));
  }

  @Test
  void newDirectoryGetsItsFirstGeneration() throws Exception {
    Path store = temp.resolve("store");
    StoreGenerations generations = StoreGenerations.open(store);
    assertThat(generations.number()).isEqualTo(1);
    assertThat(names(store)).containsExactly("CURRENT", "gen-1");
    assertThat(Files.readString(store.resolve("CURRENT"))).matches("gen-1 [0-9a-f]{8}\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(generations.current())))
        .isEqualTo("rwx------");
    assertThat(StoreGenerations.open(store).current()).isEqualTo(generations.current());
  }

  @Test
  void installedGenerationsFollowEachOther() throws Exception {
    Path store = temp.resolve("store");
    StoreGenerations generations = StoreGenerations.open(store);
    for (int i = 2; i <= 11; i++) {
      Path old = generations.current();
      generations.commit(generations.prepare(stage(temp, "state " + i)));
      assertThat(generations.number()).isEqualTo(i);
      generations.retire(old);
      assertThat(state(StoreGenerations.open(store))).isEqualTo("state " + i);
      assertThat(names(store)).containsExactly("CURRENT", "gen-" + i);
    }
  }

  @Test
  void whatWasPreparedAndNotCommittedIsDeletedAtTheNextStart() throws Exception {
    Path store = temp.resolve("store");
    StoreGenerations generations = StoreGenerations.open(store);
    Path prepared = generations.prepare(stage(temp, "new"));
    assertThat(prepared.resolve(CONTENT)).exists();
    assertThat(StoreGenerations.open(store).number()).isEqualTo(1);
    assertThat(names(store)).containsExactly("CURRENT", "gen-1");
  }

  @Test
  void presentGenerationCannotBeDeleted() throws Exception {
    StoreGenerations generations = StoreGenerations.open(temp.resolve("store"));
    assertThatThrownBy(() -> generations.retire(generations.current()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> generations.commit(temp.resolve("store/gen-7")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void damagedPointerIsRefused() throws Exception {
    Path store = temp.resolve("store");
    StoreGenerations.open(store);
    Path pointer = store.resolve("CURRENT");
    String good = Files.readString(pointer);
    Files.createDirectory(store.resolve("gen-2"));
    for (String bad : List.of("", good.replace("gen-1", "gen-2"), good + "x", good.trim())) {
      Files.writeString(pointer, bad);
      assertThatThrownBy(() -> StoreGenerations.open(store))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is damaged");
    }
    Files.writeString(pointer, good);
    assertThat(StoreGenerations.open(store).number()).isEqualTo(1);
  }

  @Test
  void lostGenerationIsRefused() throws Exception {
    Path store = temp.resolve("store");
    StoreGenerations generations = StoreGenerations.open(store);
    Files.delete(generations.current());
    assertThatThrownBy(() -> StoreGenerations.open(store))
        .hasMessageContaining("gen-1, which is not there");
  }

  @Test
  void lostPointerIsNotTakenForAFirstStart() throws Exception {
    Path store = temp.resolve("store");
    StoreGenerations generations = StoreGenerations.open(store);
    Files.writeString(generations.current().resolve(CONTENT), "precious");
    Files.delete(store.resolve("CURRENT"));
    assertThatThrownBy(() -> StoreGenerations.open(store))
        .hasMessageContaining("lost its CURRENT and holds gen-1");
    assertThat(state(generations)).isEqualTo("precious");
  }

  @Test
  void foreignAndOlderDirectoriesAreLeftAlone() throws Exception {
    Path foreign = Files.createDirectory(temp.resolve("foreign"));
    Files.writeString(foreign.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> StoreGenerations.open(foreign)).hasMessageContaining("notes.txt");
    assertThat(names(foreign)).containsExactly("notes.txt");

    Path older = Files.createDirectory(temp.resolve("older"));
    Files.writeString(older.resolve("CURRENT"), "MANIFEST-000005\n");
    assertThatThrownBy(() -> StoreGenerations.open(older))
        .hasMessageContaining("will be rebuilt from the log");
    assertThat(names(older)).containsExactly("CURRENT");
  }

  @ParameterizedTest(name = "unsynced changes lost: {0}")
  @ValueSource(booleans = {false, true})
  void powerLossAtAnyStepOfAnInstallLeavesTheOldStateOrTheNew(boolean losesUnsynced)
      throws Exception {
    int olds = 0;
    int news = 0;
    boolean crashed = true;
    for (int step = 0; crashed; step++) {
      Path parent = Files.createDirectory(temp.resolve("step-" + step));
      Path store = parent.resolve("store");
      Files.writeString(StoreGenerations.open(store).current().resolve(CONTENT), "old");
      Path staged = stage(parent, "new");
      CrashingDisk disk = new CrashingDisk(step, losesUnsynced);
      boolean committed = false;
      crashed = false;
      try {
        StoreGenerations generations = StoreGenerations.open(disk, store);
        Path old = generations.current();
        generations.commit(generations.prepare(staged));
        committed = true;
        generations.retire(old);
      } catch (CrashingDisk.PowerLoss e) {
        crashed = true;
      }
      StoreGenerations after = StoreGenerations.open(store);
      String state = state(after);
      assertThat(state).as("after a crash at step " + step).isIn("old", "new");
      assertThat(names(store)).containsExactly("CURRENT", "gen-" + after.number());
      assertThat(after.number()).isEqualTo(state.equals("old") ? 1 : 2);
      if (committed) {
        assertThat(state).as("what was committed stays, step " + step).isEqualTo("new");
      }
      olds += state.equals("old") ? 1 : 0;
      news += state.equals("new") ? 1 : 0;
    }
    assertThat(olds).as("crashes before the renaming").isGreaterThan(5);
    assertThat(news).as("crashes after the renaming, and none").isGreaterThan(1);
  }

  @ParameterizedTest(name = "unsynced changes lost: {0}")
  @ValueSource(booleans = {false, true})
  void powerLossAtAnyStepOfAFirstStartIsGotOver(boolean losesUnsynced) throws Exception {
    boolean crashed = true;
    int steps = 0;
    for (int step = 0; crashed; step++) {
      Path store = Files.createDirectory(temp.resolve("step-" + step)).resolve("store");
      CrashingDisk disk = new CrashingDisk(step, losesUnsynced);
      crashed = false;
      try {
        StoreGenerations.open(disk, store);
      } catch (CrashingDisk.PowerLoss e) {
        crashed = true;
      }
      assertThat(StoreGenerations.open(store).number()).isEqualTo(1);
      assertThat(names(store)).containsExactly("CURRENT", "gen-1");
      steps = disk.steps();
    }
    assertThat(steps).isGreaterThan(6);
  }
}
