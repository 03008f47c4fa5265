package io.kelson.raft.log;

import java.io.IOException;
import java.util.List;

/**
 * The directory that holds the segments, and the seam behind which tests keep a disk that crashes.
 *
 * <p>Creating, renaming and deleting are durable only once {@link #sync} has returned; until then a
 * crash may undo any of them. The directory belongs to one process; whoever opens the log holds the
 * lock that says so.
 */
public interface LogDirectory {
  /** The names of the files, in no order. */
  List<String> list() throws IOException;

  /**
   * Creates an empty file.
   *
   * @throws IOException if it cannot, or if there is one of that name
   */
  LogFile create(String name) throws IOException;

  /** Opens an existing file for reading and writing. */
  LogFile open(String name) throws IOException;

  /** Removes a name. Handles to the file stay usable. */
  void delete(String name) throws IOException;

  /** Renames a file onto a name that is free. */
  void rename(String from, String to) throws IOException;

  /** Makes every creation, renaming and deletion so far durable. */
  void sync() throws IOException;

  /**
   * How many bytes can still be written here, as far as can be told; a guess, and soon outdated.
   */
  long usableBytes() throws IOException;

  /** What to call this place in an error message. */
  String describe();
}
