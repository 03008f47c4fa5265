package io.kelson.server.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.server.cluster.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a look at a data directory finds, and that it only looks. */
@Timeout(120)
class DirectoryDamageTest {
  @TempDir Path temp;
  private Path data;

  @BeforeEach
  void runAMemberForAWhile() throws Exception {
    try (LocalCluster cluster = new LocalCluster(temp, 1)) {
      cluster.startAll();
      for (int i = 0; i < 50; i++) {
        cluster.put(0, "key-" + i);
      }
      data = cluster.dataDir(0);
    }
  }

  @Test
  void aSoundDirectoryHasNoneAndIsLeftAsItIs() throws Exception {
    Map<String, String> before = contents();
    assertThat(look()).isEmpty();
    assertThat(contents()).isEqualTo(before);
    assertThat(check()).isZero();
  }

  @Test
  void aFlippedByteOfTheLogIsNamedWithSegmentAndOffset() throws Exception {
    Path segment = only(data.resolve("log"), ".log");
    flip(segment, 6000);
    Map<String, String> before = contents();
    assertThat(look())
        .singleElement()
        .asString()
        .startsWith("log: segment " + segment.getFileName() + ", offset ");
    assertThat(contents()).isEqualTo(before);
    assertThat(check()).isEqualTo(1);
  }

  @Test
  void aFlippedByteOfTheStoreIsFound() throws Exception {
    Path store = data.resolve("store/gen-1");
    flip(only(store, ".sst"), 100);
    assertThat(look())
        .singleElement()
        .asString()
        .startsWith("store: ")
        .contains("checksum mismatch");
  }

  @Test
  void aLogOrIdentityThatIsGoneIsMissed() throws Exception {
    Files.move(data.resolve("log"), temp.resolve("log"));
    assertThat(look()).singleElement().asString().startsWith("log: the directory is missing");
    Files.delete(data.resolve("IDENTITY"));
    assertThat(look()).first().asString().startsWith("IDENTITY is missing or damaged");
  }

  @Test
  void theCommandSaysWhatItNeeds() {
    assertThat(new CommandLine(new RepairCommand()).execute()).isEqualTo(2);
    assertThat(new CommandLine(new RepairCommand()).execute("--data-dir=" + data)).isEqualTo(2);
    assertThat(
            new CommandLine(new RepairCommand())
                .execute("--data-dir=" + data, "--endpoints=ftp://a:1"))
        .isEqualTo(2);
    assertThat(
            new CommandLine(new RepairCommand())
                .execute("--data-dir=" + data, "--endpoints=https://a:1", "--cert=a.pem"))
        .isEqualTo(2);
    assertThat(new CommandLine(new RepairCommand()).getUsageMessage())
        .contains("kelson repair --data-dir /var/lib/kelson --check");
    assertThat(new CommandLine(new RepairCommand()).execute("--data-dir=" + data + "x", "--check"))
        .isEqualTo(1);
    assertThat(temp.resolve("m0x")).doesNotExist();
  }

  private int check() {
    return new CommandLine(new RepairCommand()).execute("--data-dir=" + data, "--check");
  }

  private List<String> look() throws IOException {
    try (DataDirectory directory = DataDirectory.openDamaged(data)) {
      return Damage.of(directory);
    }
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var files = Files.walk(data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith("LOCK")) {
          contents.put(file.toString(), digest(file));
        }
      }
    }
    return contents;
  }

  private static String digest(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(
              java.security.MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static Path only(Path directory, String suffix) throws IOException {
    try (var files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().findFirst().get();
    }
  }

  private static void flip(Path file, int offset) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[offset] ^= 1;
    Files.write(file, bytes);
  }
}
