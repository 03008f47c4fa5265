package io.kelson.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  private static final Identity ONE =
      new Identity(0xc1, 0xa1, "a", "a=http://h:1,b=http://h:2", "token");

  @TempDir Path temp;

  @Test
  void isCreatedPrivateAndRemembersItsOwner() throws Exception {
    Path path = temp.resolve("deep/er");
    try (DataDirectory directory = DataDirectory.open(path)) {
      directory.adopt(ONE);
      assertThat(directory.hasBegun()).isFalse();
      directory.markBegun();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rwx------");
    }
    try (DataDirectory directory = DataDirectory.open(path)) {
      directory.adopt(ONE);
      assertThat(directory.hasBegun()).isTrue();
    }
    assertThat(path.resolve("IDENTITY.tmp")).doesNotExist();
    assertThat(Files.readString(path.resolve("IDENTITY")))
        .contains("member-id=a1\n")
        .contains("cluster-id=c1\n");
  }

  @Test
  void rememberingWhatItWasToldAndThatItWasRemoved() throws Exception {
    try (DataDirectory directory = DataDirectory.open(temp)) {
      directory.adopt(ONE);
      assertThat(directory.joined()).isEmpty();
      assertThat(directory.isRemoved()).isFalse();
      directory.writeJoined(new byte[] {1, 2, 3});
      directory.markRemoved();
      directory.markRemoved();
    }
    try (DataDirectory directory = DataDirectory.open(temp)) {
      assertThat(directory.joined()).hasValue(new byte[] {1, 2, 3});
      assertThat(directory.isRemoved()).isTrue();
      assertThat(directory.identity()).isEqualTo(ONE);
      Files.write(temp.resolve("JOINED"), new byte[] {1, 2, 4, 0, 0, 0, 0});
      assertThatThrownBy(directory::joined)
          .isInstanceOf(DataDirectoryException.class)
          .hasMessageContaining("JOINED is damaged");
    }
  }

  @Test
  void aCrashBeforeTheIdentityLeavesADirectoryThatIsStillEmpty() throws Exception {
    DataDirectory.open(temp).close();
    Files.writeString(temp.resolve("IDENTITY.tmp"), "half");
    try (DataDirectory directory = DataDirectory.open(temp)) {
      directory.adopt(ONE);
    }
    try (DataDirectory directory = DataDirectory.open(temp)) {
      directory.adopt(ONE);
      assertThat(temp.resolve("IDENTITY")).exists();
    }
  }

  @Test
  void anotherMembersDirectoryIsRefusedWithTheFlagThatDiffers() throws Exception {
    adoptAndClose(ONE);
    Identity other = new Identity(0xc1, 0xb2, "b", ONE.initialCluster(), "token");
    try (DataDirectory directory = DataDirectory.open(temp)) {
      assertThatThrownBy(() -> directory.adopt(other))
          .isInstanceOf(DataDirectoryException.class)
          .hasMessageContaining(temp.toString())
          .hasMessageContaining("belongs to member a1 of cluster c1")
          .hasMessageContaining("describe member b2 of cluster c1")
          .hasMessageContaining("--name was \"a\" and is now \"b\"")
          .hasMessageNotContaining("--initial-cluster ");
    }
  }

  @Test
  void aMixedUpInitialClusterIsRefusedWithBothLists() throws Exception {
    adoptAndClose(ONE);
    Identity other = new Identity(0xc2, 0xa1, "a", "a=http://h:1,c=http://h:3", "token");
    try (DataDirectory directory = DataDirectory.open(temp)) {
      assertThatThrownBy(() -> directory.adopt(other))
          .hasMessageContaining(
              "--initial-cluster was \"a=http://h:1,b=http://h:2\" and is now \"a=http://h:1,c=http://h:3\"");
    }
  }

  @Test
  void aRenamedMemberIsStillTheSame() throws Exception {
    adoptAndClose(ONE);
    try (DataDirectory directory = DataDirectory.open(temp)) {
      directory.adopt(new Identity(0xc1, 0xa1, "new", "new=http://h:1", "token"));
    }
    assertThat(Files.readString(temp.resolve("IDENTITY"))).contains("name=a\n");
    try (DataDirectory directory = DataDirectory.open(temp)) {
      directory.adopt(ONE);
    }
  }

  @Test
  void aDirectoryWithSomethingElseInItIsLeftAlone() throws Exception {
    Files.writeString(temp.resolve("letters.txt"), "dear");
    assertThatThrownBy(() -> DataDirectory.open(temp))
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("is not empty (it holds letters.txt) and has no IDENTITY");
    try (var files = Files.list(temp)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void aFileIsNoDirectory() throws Exception {
    Path file = Files.writeString(temp.resolve("f"), "");
    assertThatThrownBy(() -> DataDirectory.open(file))
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("is not a directory");
    assertThatThrownBy(() -> DataDirectory.open(file.resolve("below")))
        .isInstanceOf(DataDirectoryException.class)
        .hasMessageContaining("cannot be used");
  }

  @Test
  void aDamagedIdentityIsRefusedWhereverTheDamageIs() throws Exception {
    adoptAndClose(ONE);
    byte[] intact = Files.readAllBytes(temp.resolve("IDENTITY"));
    for (int i = 0; i < intact.length - 1; i++) {
      byte[] damaged = intact.clone();
      damaged[i] ^= 4;
      assertRefusedAsIdentity(damaged);
    }
    assertRefusedAsIdentity(new byte[0]);
  }

  @Test
  void aNewerFormatIsRefused() throws Exception {
    adoptAndClose(ONE);
    String newer = Files.readString(temp.resolve("IDENTITY")).replace("directory 1", "directory 2");
    String body = newer.substring(0, newer.lastIndexOf("crc32c="));
    var crc = new java.util.zip.CRC32C();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    Files.writeString(temp.resolve("IDENTITY"), body + "crc32c=%08x\n".formatted(crc.getValue()));
    try (DataDirectory directory = DataDirectory.open(temp)) {
      assertThatThrownBy(() -> directory.adopt(ONE))
          .hasMessageContaining("format this version does not know");
    }
  }

  @Test
  void isHeldByOneUserInThisProcess() throws Exception {
    try (DataDirectory first = DataDirectory.open(temp)) {
      assertThat(first.path()).isEqualTo(temp.toAbsolutePath());
      assertThatThrownBy(() -> DataDirectory.open(temp))
          .isInstanceOf(DataDirectoryException.class)
          .hasMessageContaining("in use by this process");
    }
    DataDirectory.open(temp).close();
  }

  @Test
  void isHeldByOneProcess() throws Exception {
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                temp.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(output.readLine()).startsWith("holding ");
      assertThatThrownBy(() -> DataDirectory.open(temp))
          .isInstanceOf(DataDirectoryException.class)
          .hasMessageContaining(temp.toString())
          .hasMessageContaining("in use by process " + holder.pid())
          .hasMessageContaining("ps -fp " + holder.pid());
    } finally {
      holder.destroyForcibly();
      holder.waitFor();
    }
    DataDirectory.open(temp).close();
  }

  private void adoptAndClose(Identity identity) throws IOException {
    try (DataDirectory directory = DataDirectory.open(temp)) {
      directory.adopt(identity);
    }
  }

  private void assertRefusedAsIdentity(byte[] content) throws IOException {
    Files.write(temp.resolve("IDENTITY"), content);
    try (DataDirectory directory = DataDirectory.open(temp)) {
      assertThatThrownBy(() -> directory.adopt(ONE))
          .isInstanceOf(DataDirectoryException.class)
          .hasMessageContaining("IDENTITY");
    }
  }
}
