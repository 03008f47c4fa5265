package io.kelson.raft.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A {@link LogDirectory} on a real file system. */
public final class DiskDirectory implements LogDirectory {
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path path;
  private final FileAttribute<?>[] attributes;

  private DiskDirectory(Path path) {
    this.path = path;
    this.attributes =
        path.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {OWNER_ONLY}
            : new FileAttribute<?>[0];
  }

  /**
   * Opens a directory that exists and can be read and written.
   *
   * @throws IOException naming the directory and what to do, if it cannot be used
   */
  public static DiskDirectory open(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      throw new NotDirectoryException(
          path + " (the log's directory; create it, with mode 0700, or mount the disk it is on)");
    }
    if (!Files.isReadable(path) || !Files.isWritable(path) || !Files.isExecutable(path)) {
      throw new AccessDeniedException(
          path.toString(),
          null,
          "the log's directory must be readable and writable by the user the server runs as");
    }
    return new DiskDirectory(path);
  }

  @Override
  public List<String> list() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Override
  public LogFile create(String name) throws IOException {
    Path file = path.resolve(name);
    Set<OpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new DiskFile(file, FileChannel.open(file, options, attributes));
  }

  @Override
  public LogFile open(String name) throws IOException {
    Path file = path.resolve(name);
    return new DiskFile(
        file, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  @Override
  public void delete(String name) throws IOException {
    Files.delete(path.resolve(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(path.resolve(from), path.resolve(to));
  }

  @Override
  public void sync() throws IOException {
    try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  @Override
  public long usableBytes() throws IOException {
    return Files.getFileStore(path).getUsableSpace();
  }

  @Override
  public String describe() {
    return path.toString();
  }

  /**
   * One file, through two channels: an interrupt closes the channel its thread is using, and a
   * reader that is interrupted must not take the writer down. The reading channel is simply opened
   * again.
   */
  private static final class DiskFile implements LogFile {
    /** Reads go through a per-thread direct buffer as large as the largest read; keep it small. */
    private static final int READ_CHUNK_BYTES = 128 << 10;

    private final Path path;
    private final FileChannel writing;
    private FileChannel reading;
    private boolean closed;

    DiskFile(Path path, FileChannel writing) {
      this.path = path;
      this.writing = writing;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      long at = position;
      while (source.hasRemaining()) {
        at += writing.write(source, at);
      }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int start = target.position();
      return (int) query(channel -> readFully(channel, target.position(start), position));
    }

    private interface Query {
      long ask(FileChannel channel) throws IOException;
    }

    /** Asks the reading channel, on a new one if somebody's interrupt closed it. */
    private long query(Query query) throws IOException {
      while (true) {
        try {
          return query.ask(readingChannel());
        } catch (ClosedChannelException e) {
          requireStillOpen(e);
        }
      }
    }

    private static int readFully(FileChannel channel, ByteBuffer target, long position)
        throws IOException {
      int limit = target.limit();
      int start = target.position();
      try {
        while (target.position() < limit) {
          target.limit(Math.min(limit, target.position() + READ_CHUNK_BYTES));
          if (channel.read(target, position + target.position() - start) < 0) {
            break;
          }
        }
        return target.position() - start;
      } finally {
        target.limit(limit);
      }
    }

    private synchronized FileChannel readingChannel() throws IOException {
      if (closed) {
        throw new ClosedChannelException();
      }
      if (reading == null || !reading.isOpen()) {
        reading = FileChannel.open(path, StandardOpenOption.READ);
      }
      return reading;
    }

    /** Passes the exception on to the interrupted thread itself; all others just try again. */
    private synchronized void requireStillOpen(ClosedChannelException e) throws IOException {
      if (closed || Thread.currentThread().isInterrupted()) {
        throw e;
      }
    }

    @Override
    public void force() throws IOException {
      writing.force(false);
    }

    @Override
    public long size() throws IOException {
      return query(FileChannel::size);
    }

    @Override
    public synchronized void close() throws IOException {
      closed = true;
      try {
        writing.close();
      } finally {
        if (reading != null) {
          reading.close();
        }
      }
    }
  }
}
