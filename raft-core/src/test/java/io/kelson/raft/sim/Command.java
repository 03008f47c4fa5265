package io.kelson.raft.sim;

import java.nio.ByteBuffer;

/**
 * What clients write: a register's new value, or one only if it still has a certain old one.
 *
 * @param id no two commands have the same
 * @param expected the old value a conditional write asks for; {@link #ANY} for a plain write
 */
record Command(long id, int register, long expected, long value) {
  static final long ANY = -1;
  static final int MIN_BYTES = 3 * Long.BYTES + Integer.BYTES;

  byte[] encode(int sizeBytes) {
    byte[] data = new byte[Math.max(MIN_BYTES, sizeBytes)];
    ByteBuffer.wrap(data).putLong(id).putInt(register).putLong(expected).putLong(value);
    return data;
  }

  static Command decode(byte[] data) {
    ByteBuffer from = ByteBuffer.wrap(data);
    return new Command(from.getLong(), from.getInt(), from.getLong(), from.getLong());
  }
}
