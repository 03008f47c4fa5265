package io.kelson.server.cluster;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The file in a data directory that only one process has at a time. */
final class DirectoryLock {
  static final String NAME = "LOCK";

  private DirectoryLock() {}

  /**
   * Takes the lock, which is held until the channel is closed or the process ends, and writes the
   * process id into it.
   *
   * @throws DataDirectoryException if somebody holds it; it says who
   */
  static FileChannel acquire(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path.resolve(NAME), CREATE, READ, WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(path, channel);
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)),
          0);
      return channel;
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw inUse(path, null);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static DataDirectoryException inUse(Path path, FileChannel channel) throws IOException {
    String holder = "this process";
    if (channel != null) {
      ByteBuffer text = ByteBuffer.allocate(20);
      channel.read(text, 0);
      String pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
      holder =
          pid.isEmpty()
              ? "another process"
              : "process %s (see it with: ps -fp %s)".formatted(pid, pid);
    }
    return new DataDirectoryException(
        "data directory %s is in use by %s; stop it, or name another directory with --data-dir"
            .formatted(path, holder));
  }
}
