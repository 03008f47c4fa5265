package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
  @TempDir Path temp;

  @Test
  void theLibraryIsUnpackedOnceAndMendedWhenDamaged() throws IOException {
    Path home = temp.resolve("home");
    Path library = library(NativeLibrary.installedBelow(home));
    byte[] intact = Files.readAllBytes(library);
    FileTime before = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(library, before);
    assertThat(library(NativeLibrary.installedBelow(home))).isEqualTo(library);
    assertThat(Files.getLastModifiedTime(library)).as("left as it was").isEqualTo(before);

    byte[] flipped = intact.clone();
    flipped[flipped.length / 2] ^= 1;
    Files.write(library, flipped);
    NativeLibrary.installedBelow(home);
    assertThat(Files.readAllBytes(library)).isEqualTo(intact);
    Files.write(library, new byte[10]);
    NativeLibrary.installedBelow(home);
    assertThat(Files.size(library)).isEqualTo(intact.length);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
        .isEqualTo("rwx------");
  }

  @Test
  void aDirectoryThatOthersCanWriteIsNotTrusted() throws IOException {
    Path home = Files.createDirectory(temp.resolve("open"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> NativeLibrary.installedBelow(home))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("can be written by others");
    Path file = Files.createFile(temp.resolve("file"));
    assertThatThrownBy(() -> NativeLibrary.installedBelow(file)).isInstanceOf(IOException.class);
  }

  @Test
  void whatAKilledProcessLeftWhileUnpackingIsCleanedUp() throws Exception {
    Path directory = NativeLibrary.installedBelow(temp.resolve("home"));
    Path library = library(directory);
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Path left = directory.resolve(library.getFileName() + "." + gone.pid() + ".tmp");
    Files.createFile(left);
    Files.delete(library);
    NativeLibrary.installedBelow(temp.resolve("home"));
    assertThat(library).exists();
    assertThat(left).doesNotExist();
  }

  @Test
  void whereItLiesCanBeSaid() {
    assertThat(NativeLibrary.homes(Map.of("KELSON_NATIVE_DIR", "/n", "XDG_CACHE_HOME", "/x")))
        .containsExactly(Path.of("/n"));
    assertThat(NativeLibrary.homes(Map.of("XDG_CACHE_HOME", "/x")).get(0))
        .isEqualTo(Path.of("/x/kelson"));
  }

  @Test
  void aProcessThatIsKilledLeavesNothingBehind() throws Exception {
    Path scratch = Files.createDirectory(temp.resolve("scratch"));
    for (int i = 0; i < 2; i++) {
      Process process = loader(scratch);
      assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("loaded");
      process.destroyForcibly().waitFor();
    }
    try (var left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
    try (var kept = Files.walk(temp.resolve("native"))) {
      assertThat(kept.filter(Files::isRegularFile)).hasSize(1);
    }
  }

  private Process loader(Path scratch) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djava.io.tmpdir=" + scratch,
            "-cp",
            System.getProperty("java.class.path"),
            Loader.class.getName(),
            temp.resolve("db").toString());
    builder.environment().put(NativeLibrary.VARIABLE, temp.resolve("native").toString());
    return builder.redirectErrorStream(true).start();
  }

  /** Opens a store and waits to be killed. */
  static final class Loader {
    public static void main(String[] args) throws Exception {
      Path directory = Path.of(args[0] + ProcessHandle.current().pid());
      try (StoreHome home =
          StoreHome.open(Files.createDirectories(directory), MvccOptions.defaults(1))) {
        System.out.println("loaded");
        System.in.read();
        System.out.println(List.of(home));
      }
    }
  }

  private static Path library(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.filter(f -> !f.toString().endsWith(".tmp")).findFirst().orElseThrow();
    }
  }
}
