package io.kelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is there whole or not at all. */
class SavedFileTest {
  @TempDir Path directory;

  @Test
  void itAppearsWhenItIsWhole() throws IOException {
    Path file = directory.resolve("backup.db");
    Files.writeString(file, "older");
    try (SavedFile saved = SavedFile.begin(file)) {
      saved.write(new byte[] {'n', 'e'});
      assertThat(file).hasContent("older");
      saved.write(new byte[] {'w'});
      saved.commit(3);
    }
    assertThat(file).hasContent("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(directory.toFile().list()).containsExactly("backup.db");
  }

  @Test
  void whatDidNotComeToItsEndLeavesNothing() throws IOException {
    Path file = directory.resolve("backup.db");
    try (SavedFile saved = SavedFile.begin(file)) {
      saved.write(new byte[] {'n'});
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aFileOfAnotherLengthThanCameInIsRefused() throws IOException {
    Path file = directory.resolve("backup.db");
    try (SavedFile saved = SavedFile.begin(file)) {
      saved.write(new byte[] {'n'});
      assertThatThrownBy(() -> saved.commit(2)).hasMessageContaining("has 1 bytes and 2");
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void whatAnEarlierTryLeftIsReplaced() throws IOException {
    Files.writeString(directory.resolve("backup.db.part"), "left by a crash");
    try (SavedFile saved = SavedFile.begin(directory.resolve("backup.db"))) {
      saved.write(new byte[] {'n'});
      saved.commit(1);
    }
    assertThat(directory.resolve("backup.db")).hasContent("n");
    assertThat(directory.resolve("backup.db.part")).doesNotExist();
  }

  @Test
  void aDirectoryIsNoFile() {
    assertThatThrownBy(() -> SavedFile.begin(directory)).hasMessageContaining("is a directory");
  }
}
