package io.kelson.server.backup;

import io.kelson.server.backup.BackupManifest.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Reads a backup from front to back and believes nothing: every byte is compared with what it has
 * to be, or is under a checksum. Used by one thread, once.
 */
public final class BackupReader implements AutoCloseable {
  /** Where the files of the store go. */
  @FunctionalInterface
  interface Target {
    /** Called for one file after the other; closed when all of it has been written. */
    OutputStream file(String name) throws IOException;
  }

  /** Looks at everything and keeps nothing. */
  static final Target NOWHERE = name -> OutputStream.nullOutputStream();

  private static final int BUFFER_BYTES = 256 << 10;

  private final Path file;
  private final long sizeBytes;
  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final MessageDigest whole = Sha256.begin();
  private BackupManifest manifest;

  /** How many bytes have been read. */
  private long at;

  private BackupReader(Path file, long sizeBytes, InputStream in) {
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.in = in;
  }

  /**
   * Opens a file and reads what it says of itself.
   *
   * @throws BackupException if it is no backup, or visibly not a whole one; it says what is wrong
   * @throws IOException if it cannot be read
   */
  public static BackupReader open(Path file) throws IOException {
    BackupReader reader;
    try {
      if (Files.isDirectory(file)) {
        throw new BackupException(
            file + " is a directory; name the file that a backup was saved to");
      }
      reader = new BackupReader(file, Files.size(file), Files.newInputStream(file));
    } catch (NoSuchFileException e) {
      throw new BackupException(
          file + " is not there; name the file that a backup was saved to", e);
    }
    try {
      reader.readManifest();
      return reader;
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /** What the backup says of itself. */
  public BackupManifest manifest() {
    return manifest;
  }

  private void readManifest() throws IOException {
    byte[] head = in.readNBytes(TarHeader.BLOCK_BYTES);
    if (!Looks.mayBeBackup(head)) {
      throw problem(Looks.like(head));
    }
    if (head.length < TarHeader.BLOCK_BYTES) {
      throw problem(
          "is truncated: it has %d bytes, not even its first header".formatted(sizeBytes));
    }
    long length = TarHeader.sizeBytes(head);
    if (!TarHeader.isTar(head) || length < 0 || length > BackupManifest.MAX_BYTES) {
      throw problem("is damaged: its first header makes no sense");
    }
    byte[] content = in.readNBytes((int) length);
    if (content.length < length) {
      throw problem(
          "is truncated: it has %d bytes, and its manifest alone takes %d"
              .formatted(sizeBytes, TarHeader.BLOCK_BYTES + length));
    }
    at = head.length + content.length;
    try {
      manifest = BackupManifest.decode(content);
    } catch (IllegalArgumentException e) {
      throw new BackupException(file + " " + e.getMessage(), e);
    }
    whole.update(head);
    whole.update(content);
    requireLength();
    requireSame(head, manifest.header(BackupManifest.NAME, length), 0);
    requireZeros(TarHeader.padding(length));
  }

  private void requireLength() throws BackupException {
    if (sizeBytes < manifest.totalBytes()) {
      throw problem(
          "is truncated: it has %d of %d bytes; save or copy it again"
              .formatted(sizeBytes, manifest.totalBytes()));
    }
    if (sizeBytes > manifest.totalBytes()) {
      throw problem(
          "has %d bytes, and the backup in it %d: something was added to it"
              .formatted(sizeBytes, manifest.totalBytes()));
    }
  }

  /**
   * Reads and checks all the rest.
   *
   * @param target takes the files of the store; what it got counts only if this method returns
   * @param skipHashCheck whether to take the files as they are, whatever the checksums say
   * @return the checksum at the end of the file: its identity
   * @throws BackupException if anything is not as it has to be, naming the file in the backup
   */
  byte[] read(Target target, boolean skipHashCheck) throws IOException {
    StringBuilder sums = new StringBuilder();
    for (StoredFile stored : manifest.files()) {
      requireHeader(stored.path(), stored.sizeBytes());
      sums.append(stored.sum(copy(stored, target)));
    }
    byte[] found = sums.toString().getBytes(StandardCharsets.US_ASCII);
    requireHeader(BackupManifest.SUMS, found.length);
    byte[] told = take(found.length);
    if (!skipHashCheck) {
      requireSums(found, told);
    }
    requireZeros(TarHeader.padding(found.length) + BackupManifest.END_BYTES);
    byte[] digest = whole.digest();
    byte[] trailer = in.readNBytes(BackupManifest.SHA256_BYTES);
    if (!skipHashCheck && !Arrays.equals(digest, trailer)) {
      throw problem("is damaged: the checksum at its end does not match; save or copy it again");
    }
    return trailer;
  }

  private void requireHeader(String path, long bytes) throws IOException {
    long from = at;
    byte[] expected = manifest.header(path, bytes);
    requireSame(take(expected.length), expected, from);
  }

  /** Returns the file's checksum. */
  private String copy(StoredFile stored, Target target) throws IOException {
    MessageDigest own = Sha256.begin();
    try (OutputStream out = target.file(stored.name())) {
      long left = stored.sizeBytes();
      while (left > 0) {
        int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (count < 0) {
          throw ended();
        }
        own.update(buffer, 0, count);
        whole.update(buffer, 0, count);
        out.write(buffer, 0, count);
        left -= count;
        at += count;
      }
    }
    requireZeros(TarHeader.padding(stored.sizeBytes()));
    return Sha256.hex(own.digest());
  }

  private void requireSums(byte[] found, byte[] told) throws BackupException {
    if (Arrays.equals(found, told)) {
      return;
    }
    String[] lines = new String(found, StandardCharsets.US_ASCII).split("\n");
    String[] toldLines = new String(told, StandardCharsets.ISO_8859_1).split("\n");
    for (int i = 0; i < lines.length; i++) {
      if (i >= toldLines.length || !lines[i].equals(toldLines[i])) {
        throw problem(
            "is damaged: the checksum of %s in it does not match; save or copy it again"
                .formatted(manifest.files().get(i).path()));
      }
    }
    throw problem("is damaged: " + BackupManifest.SUMS + " in it makes no sense");
  }

  private void requireZeros(int count) throws IOException {
    long from = at;
    requireSame(take(count), new byte[count], from);
  }

  private byte[] take(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw ended();
    }
    whole.update(bytes);
    at += count;
    return bytes;
  }

  private void requireSame(byte[] found, byte[] expected, long from) throws BackupException {
    int difference = Arrays.mismatch(found, expected);
    if (difference >= 0) {
      throw problem(
          "is damaged at byte %d, where nothing of the store lies; save or copy it again"
              .formatted(from + difference));
    }
  }

  private BackupException ended() {
    return problem("has become shorter while it was read, at byte " + at);
  }

  private BackupException problem(String what) {
    return new BackupException(file + " " + what);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
