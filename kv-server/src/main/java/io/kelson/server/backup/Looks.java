package io.kelson.server.backup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Says what a file looks like that is no backup of ours, by how it begins. */
final class Looks {
  /** How much of the beginning is enough. */
  static final int BYTES = TarHeader.BLOCK_BYTES;

  private static final int BBOLT_MAGIC = 0xED0CDAED;
  private static final int BBOLT_MAGIC_AT = 16;

  private Looks() {}

  /** Whether a file that begins so may be a backup, or what is left of one. */
  static boolean mayBeBackup(byte[] head) {
    byte[] name = (BackupManifest.NAME + "\0").getBytes(StandardCharsets.US_ASCII);
    int shared = Math.min(name.length, head.length);
    return shared > 0 && Arrays.equals(head, 0, shared, name, 0, shared);
  }

  /** Goes on after the name of the file. */
  static String like(byte[] head) {
    if (head.length == 0) {
      return "is empty";
    }
    return "is not a Kelson backup" + guess(head);
  }

  private static String guess(byte[] head) {
    if (isBbolt(head)) {
      return ": it is an etcd snapshot or database (bbolt). Restoring those is not built; start etcd on it and copy"
          + " its keys, with etcdctl make-mirror for example";
    }
    if (startsWith(head, 0x1f, 0x8b)) {
      return ": it is compressed with gzip; gunzip it first";
    }
    if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)) {
      return ": it is compressed with zstd; unzstd it first";
    }
    if (startsWith(head, 0xfd, '7', 'z', 'X', 'Z')) {
      return ": it is compressed with xz; unxz it first";
    }
    if (TarHeader.isTar(head)) {
      return ": it is a tar archive that begins with \"" + TarHeader.name(head) + "\"";
    }
    return zeros(head) ? ": it begins with zeros" : "";
  }

  private static boolean isBbolt(byte[] head) {
    return head.length >= BBOLT_MAGIC_AT + Integer.BYTES
        && ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt(BBOLT_MAGIC_AT)
            == BBOLT_MAGIC;
  }

  private static boolean startsWith(byte[] head, int... bytes) {
    if (head.length < bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if ((head[i] & 0xff) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean zeros(byte[] head) {
    for (byte b : head) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }
}
