package io.kelson.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file that is there whole or not at all: written beside its place, under a name that ends with
 * {@code .part}, made durable, then renamed.
 */
final class SavedFile implements AutoCloseable {
  private final Path file;
  private final Path part;
  private final FileChannel channel;

  private SavedFile(Path file, Path part, FileChannel channel) {
    this.file = file;
    this.part = part;
    this.channel = channel;
  }

  /** A backup holds everything, so only its owner may read it. What an earlier try left goes. */
  static SavedFile begin(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "it is a directory");
    }
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.deleteIfExists(part);
    FileChannel channel =
        FileChannel.open(
            part,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return new SavedFile(file, part, channel);
  }

  void write(byte[] bytes) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      channel.write(left);
    }
  }

  /** Puts it in its place, durably. */
  void commit(long expectedBytes) throws IOException {
    channel.force(true);
    if (channel.size() != expectedBytes) {
      throw new IOException(
          "the file has %d bytes and %d were written".formatted(channel.size(), expectedBytes));
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /** What was not committed is deleted. */
  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(part);
  }

  static String explained(IOException e) {
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + " is in a directory that is not there";
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
