package io.kelson.server.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * Writes a backup from front to back, reading each file once and holding one buffer. Used by one
 * thread, once.
 */
public final class BackupWriter {
  /** Takes the bytes. */
  @FunctionalInterface
  public interface Blobs {
    /**
     * Takes some bytes, which the writer keeps no hold of. May block.
     *
     * @param remainingBytes how many of the archive's come after them
     */
    void blob(byte[] bytes, long remainingBytes) throws IOException;
  }

  private final BackupManifest manifest;
  private final Path directory;
  private final Blobs blobs;
  private final MessageDigest whole = Sha256.begin();
  private final int blobBytes;
  private long remaining;
  private byte[] buffer;
  private int filled;

  /**
   * @param directory holds the files that the manifest names
   * @param blobBytes how many bytes to hand on at a time
   */
  public BackupWriter(BackupManifest manifest, Path directory, int blobBytes, Blobs blobs) {
    this.manifest = manifest;
    this.directory = directory;
    this.blobBytes = blobBytes;
    this.blobs = blobs;
    this.buffer = new byte[blobBytes];
    this.remaining = manifest.archiveBytes();
  }

  /**
   * Writes the whole archive.
   *
   * @return the checksum that belongs behind it
   * @throws IOException if a file cannot be read, or is not as long as the manifest says, or the
   *     taker cannot take more
   */
  public byte[] write() throws IOException {
    byte[] first = manifest.encode();
    add(BackupManifest.NAME, first);
    StringBuilder sums = new StringBuilder();
    for (BackupManifest.StoredFile file : manifest.files()) {
      sums.append(file.sum(add(file)));
    }
    add(BackupManifest.SUMS, sums.toString().getBytes(StandardCharsets.US_ASCII));
    zeros(BackupManifest.END_BYTES);
    handOn();
    if (remaining != 0) {
      throw new IllegalStateException(remaining + " bytes of a backup were not written");
    }
    return whole.digest();
  }

  private void add(String path, byte[] content) throws IOException {
    bytes(manifest.header(path, content.length));
    bytes(content);
    zeros(TarHeader.padding(content.length));
  }

  /** Returns the file's checksum. */
  private String add(BackupManifest.StoredFile file) throws IOException {
    bytes(manifest.header(file.path(), file.sizeBytes()));
    MessageDigest own = Sha256.begin();
    long left = file.sizeBytes();
    try (InputStream in = Files.newInputStream(directory.resolve(file.name()))) {
      while (left > 0) {
        int count = in.read(buffer, filled, (int) Math.min(left, blobBytes - filled));
        if (count < 0) {
          throw new IOException(file.name() + " ends " + left + " bytes early");
        }
        own.update(buffer, filled, count);
        left -= count;
        taken(count);
      }
    }
    zeros(TarHeader.padding(file.sizeBytes()));
    return Sha256.hex(own.digest());
  }

  private void zeros(int count) throws IOException {
    bytes(new byte[count]);
  }

  private void bytes(byte[] bytes) throws IOException {
    int at = 0;
    while (at < bytes.length) {
      int count = Math.min(bytes.length - at, blobBytes - filled);
      System.arraycopy(bytes, at, buffer, filled, count);
      at += count;
      taken(count);
    }
  }

  private void taken(int count) throws IOException {
    filled += count;
    if (filled == blobBytes) {
      handOn();
    }
  }

  private void handOn() throws IOException {
    if (filled == 0) {
      return;
    }
    byte[] full = filled == blobBytes ? buffer : java.util.Arrays.copyOf(buffer, filled);
    whole.update(full);
    remaining -= full.length;
    buffer = new byte[blobBytes];
    filled = 0;
    blobs.blob(full, remaining);
  }
}
