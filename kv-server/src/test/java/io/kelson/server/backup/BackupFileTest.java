package io.kelson.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.server.config.ServerConfig;
import io.kelson.server.repair.LocalCluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup file as it is, and in every way that it can be broken. */
class BackupFileTest {
  @TempDir static Path shared;

  private static Path good;
  private static byte[] bytes;

  @TempDir Path directory;

  @BeforeAll
  static void save() throws Exception {
    try (LocalCluster cluster = new LocalCluster(shared, 1)) {
      cluster.startAll();
      for (int i = 0; i < 50; i++) {
        Saved.put(cluster, 0, "k" + i % 20, "v" + i);
      }
      good = Saved.by(cluster, 0, shared.resolve("good.db"));
      bytes = Files.readAllBytes(good);
    }
  }

  @Test
  void saysWhatItIs() throws IOException {
    try (BackupReader backup = BackupReader.open(good)) {
      BackupManifest manifest = backup.manifest();
      assertThat(manifest.revision()).isEqualTo(51);
      assertThat(manifest.keys()).isEqualTo(20);
      assertThat(manifest.totalBytes()).isEqualTo(bytes.length);
      assertThat(manifest.applied().index()).isGreaterThanOrEqualTo(50);
      assertThat(manifest.config()).isNotNull();
      byte[] digest = backup.read(BackupReader.NOWHERE, false);
      assertThat(digest).isEqualTo(Arrays.copyOfRange(bytes, bytes.length - 32, bytes.length));
    }
  }

  @Test
  void aManifestReadsAsItWasWritten() throws IOException {
    try (BackupReader backup = BackupReader.open(good)) {
      BackupManifest manifest = backup.manifest();
      BackupManifest again = BackupManifest.decode(manifest.encode());
      assertThat(again.encode()).isEqualTo(manifest.encode());
    }
  }

  @Test
  void tarAndSha256sumUnderstandIt() throws Exception {
    run("tar", "-xf", good.toString());
    assertThat(Files.readString(directory.resolve("MANIFEST"))).startsWith("kelson-backup 1\n");
    assertThat(run("sha256sum", "-c", "SHA256SUMS")).contains("store/CURRENT: OK");
  }

  private String run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void cutAnywhereItIsRefusedAsTruncated() throws IOException {
    List<Integer> lengths = new ArrayList<>(List.of(1, 7, 100, 511, 512, 513));
    for (int length = 4096; length < bytes.length; length += 4096) {
      lengths.add(length);
    }
    lengths.addAll(List.of(bytes.length - 32, bytes.length - 1));
    for (int length : lengths) {
      assertThat(refusal(Arrays.copyOf(bytes, length), false))
          .as("cut to " + length)
          .contains("truncated: it has " + length);
      assertThat(refusal(Arrays.copyOf(bytes, length), true))
          .as("cut to " + length + " and not checked")
          .contains("truncated");
    }
  }

  @Test
  void anyBitFlippedIsNoticed() {
    Random random = new Random(7);
    List<Integer> places =
        new ArrayList<>(List.of(0, 130, 520, bytes.length - 1, bytes.length - 40));
    for (int i = 0; i < 300; i++) {
      places.add(random.nextInt(bytes.length));
    }
    // Headers and padding too: nothing is left unchecked.
    for (int at = 0; at < bytes.length; at += 509) {
      places.add(at);
    }
    for (int at : places) {
      byte[] flipped = bytes.clone();
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      assertThat(refusal(flipped, false)).as("bit at " + at).isNotEmpty();
    }
  }

  @Test
  void theDamagedFileIsNamed() {
    int at = indexOf("store/CURRENT\0") + 512;
    byte[] flipped = bytes.clone();
    flipped[at] ^= 1;
    assertThat(refusal(flipped, false)).contains("checksum of store/CURRENT");
  }

  @Test
  void aWrongChecksumAtTheEndCanBeWaved() throws IOException {
    byte[] flipped = bytes.clone();
    flipped[bytes.length - 1] ^= 1;
    assertThat(refusal(flipped, false)).contains("checksum at its end");
    try (BackupReader backup = BackupReader.open(write(flipped))) {
      assertThat(backup.read(BackupReader.NOWHERE, true)).hasSize(32);
    }
  }

  @Test
  void whatItIsNotIsSaid() throws IOException {
    assertThat(refusal(new byte[0], false)).endsWith("is empty");
    assertThat(refusal(new byte[8192], false))
        .contains("not a Kelson backup: it begins with zeros");
    assertThat(refusal("hello".getBytes(StandardCharsets.US_ASCII), false))
        .endsWith("is not a Kelson backup");
    ByteBuffer bbolt = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    bbolt.putInt(16, 0xED0CDAED);
    assertThat(refusal(bbolt.array(), false)).contains("etcd snapshot").contains("not built");
    Path zipped = directory.resolve("zipped");
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      out.write(bytes);
    }
    assertThat(refusal(Files.readAllBytes(zipped), false)).contains("gunzip it first");
    assertThat(refusal(TarHeader.of("etc/passwd", 0, 0), false)).contains("etc/passwd");
    assertThatThrownBy(() -> BackupReader.open(directory)).hasMessageContaining("is a directory");
    assertThatThrownBy(() -> BackupReader.open(directory.resolve("none")))
        .hasMessageContaining("is not there");
  }

  @Test
  void aNewerFormatIsNamed() {
    byte[] newer = bytes.clone();
    newer[512 + "kelson-backup ".length()] = '2';
    assertThat(refusal(newer, false)).contains("of format 2, and this version reads 1");
  }

  @Test
  void somethingAddedIsRefused() {
    assertThat(refusal(Arrays.copyOf(bytes, bytes.length + 1), false)).contains("was added");
  }

  @Test
  void whatIsRefusedLeavesNothing() throws IOException {
    byte[] flipped = bytes.clone();
    flipped[bytes.length / 2] ^= 1;
    Path file = write(flipped);
    Path target = directory.resolve("member");
    ServerConfig member = ServerConfig.builder().dataDir(target).build();
    assertThatThrownBy(() -> Restore.carryOut(new Restore.Request(file, member, 0, false, false)))
        .isInstanceOf(BackupException.class);
    assertThat(target).doesNotExist();
  }

  @Test
  void aFileBeyondEightGigabytesHasAHeader() {
    byte[] header = TarHeader.of("store/1.sst", 9L << 30, 0);
    assertThat(ByteBuffer.wrap(header, 128, 8).getLong()).isEqualTo(9L << 30);
    assertThat(header[124]).isEqualTo((byte) 0x80);
  }

  @Test
  void sizesAreReadable() {
    assertThat(StatusFormat.readable(31)).isEqualTo("31 B");
    assertThat(StatusFormat.readable(24_608)).isEqualTo("25 kB");
    assertThat(StatusFormat.readable(2_097_184)).isEqualTo("2.1 MB");
  }

  private static int indexOf(String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
  }

  private Path write(byte[] content) {
    try {
      return Files.write(directory.resolve("file.db"), content);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** What is said of a file with this content; empty if it is taken. */
  private String refusal(byte[] content, boolean skipHashCheck) {
    try (BackupReader backup = BackupReader.open(write(content))) {
      backup.read(BackupReader.NOWHERE, skipHashCheck);
      return "";
    } catch (IOException e) {
      assertThat(e).isInstanceOf(BackupException.class);
      assertThat(e.getMessage()).startsWith(directory.resolve("file.db").toString());
      return e.getMessage();
    }
  }
}
