package io.kelson.server.discovery;

import io.kelson.server.config.InitialCluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * {@code DISCOVERED} in a data directory: the members that DNS named when this one founded its
 * cluster. Three lines: format, members as in {@code --initial-cluster}, CRC32C of both in hex.
 */
final class DiscoveredFile {
  private static final String NAME = "DISCOVERED";
  private static final String DRAFT = "DISCOVERED.tmp";
  private static final String FORMAT = "kelson discovered members, format 1";

  private DiscoveredFile() {}

  /**
   * The members, or null if there is no such file.
   *
   * @throws DiscoveryException if it is damaged
   */
  static InitialCluster read(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    String text;
    try {
      text = Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return null;
    }
    List<String> lines = text.lines().toList();
    if (lines.size() != 3
        || !lines.get(0).equals(FORMAT)
        || !lines.get(2).equals(checksum(body(lines.get(1))))) {
      throw new DiscoveryException(
          file + " is damaged; delete it, and the members are looked up in DNS again", null);
    }
    return InitialCluster.parse(
        new String(lines.get(1).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
  }

  /** Writes it if it is not there; durable on return. */
  static void write(Path directory, InitialCluster members) throws IOException {
    Path file = directory.resolve(NAME);
    if (Files.exists(file)) {
      return;
    }
    String line =
        new String(members.text().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    String text = body(line) + checksum(body(line)) + "\n";
    Path draft = directory.resolve(DRAFT);
    try (FileChannel channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
      parent.force(true);
    }
  }

  private static String body(String line) {
    return FORMAT + "\n" + line + "\n";
  }

  private static String checksum(String body) {
    CRC32C crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.ISO_8859_1));
    return "%08x".formatted(crc.getValue());
  }
}
