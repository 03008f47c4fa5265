package io.kelson.raft.log;

import java.io.IOException;
import java.util.Locale;

/**
 * There is no room on the disk for the next segment. Nothing was lost and nothing is broken: the
 * call that threw this may be made again, and goes on where it stopped once there is room.
 *
 * <p>Only ever thrown for a file that nothing has been promised from yet. A full disk met anywhere
 * else, or in a sync, ends the log like any other error.
 */
public final class LogFullException extends IOException {
  private static final long serialVersionUID = 1;

  LogFullException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Whether an error says that a disk, or somebody's share of it, is used up: ENOSPC or EDQUOT. The
   * JDK passes on only the system's text; one in another language is not recognised and counts as
   * any other error, which is the safe side.
   */
  static boolean isOutOfSpace(IOException error) {
    String message = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("no space left on device") || message.contains("disk quota exceeded");
  }
}
