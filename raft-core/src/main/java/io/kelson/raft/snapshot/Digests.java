package io.kelson.raft.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** Checksums of files. */
final class Digests {
  private static final int BUFFER_BYTES = 256 << 10;

  /** Called now and then while a file is read; an exception ends the reading. */
  @FunctionalInterface
  interface Pulse {
    void beat() throws IOException;
  }

  private Digests() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  static String sha256(Path file, Pulse pulse) throws IOException {
    MessageDigest digest = sha256();
    read(file, Long.MAX_VALUE, pulse, digest::update);
    return hex(digest);
  }

  /** Checksum of the first so many bytes of a file, or of all of it if it is shorter. */
  static int crc32c(Path file, long bytes, Pulse pulse) throws IOException {
    CRC32C crc = new CRC32C();
    read(file, bytes, pulse, crc::update);
    return (int) crc.getValue();
  }

  static int crc32c(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** Takes bytes in. */
  @FunctionalInterface
  interface Update {
    void update(byte[] bytes, int offset, int length);
  }

  static void read(Path file, long bytes, Pulse pulse, Update update) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      long left = bytes;
      while (left > 0) {
        int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (count < 0) {
          return;
        }
        update.update(buffer, 0, count);
        left -= count;
        pulse.beat();
      }
    }
  }
}
