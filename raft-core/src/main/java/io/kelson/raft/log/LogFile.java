package io.kelson.raft.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One open file of a {@link LogDirectory}.
 *
 * <p>One thread writes; any number of threads read at the same time. Nothing written is durable
 * before {@link #force} has returned, and after any call has thrown nothing is known about what
 * was: the caller stops using the file for writing.
 */
public interface LogFile extends Closeable {
  /**
   * Writes all remaining bytes of {@code source}, extending the file where it ends too early.
   *
   * @param position offset of the first byte, from 0
   * @throws IOException if not every byte was taken; any part may have been
   */
  void write(ByteBuffer source, long position) throws IOException;

  /**
   * Reads until {@code target} is full or the file ends. Thread-safe.
   *
   * @param position offset of the first byte, from 0
   * @return how many bytes were read, 0 at or past the end
   */
  int read(ByteBuffer target, long position) throws IOException;

  /**
   * Makes every byte written so far, and the size that reaches them, durable: fdatasync.
   *
   * @throws IOException if that is not certain; asking again would prove nothing, as the kernel may
   *     have dropped the bytes and forgotten them
   */
  void force() throws IOException;

  /** Size in bytes. */
  long size() throws IOException;
}
