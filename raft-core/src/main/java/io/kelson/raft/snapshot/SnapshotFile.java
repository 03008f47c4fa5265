package io.kelson.raft.snapshot;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * One file of a snapshot.
 *
 * @param name its name in the snapshot's directory: letters, digits, dot, dash and underscore
 * @param sizeBytes its length
 * @param sha256 the checksum of its content in hexadecimal; files that agree in it are the same
 */
public record SnapshotFile(String name, long sizeBytes, String sha256) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");
  private static final int SHA256_BYTES = 32;

  public SnapshotFile {
    // Names come from another machine and become paths on this one.
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "\"" + name + "\" cannot be the name of a snapshot's file");
    }
    if (sizeBytes < 0 || HexFormat.of().parseHex(sha256).length != SHA256_BYTES) {
      throw new IllegalArgumentException(
          "file " + name + " with " + sizeBytes + " bytes and SHA-256 " + sha256);
    }
  }
}
