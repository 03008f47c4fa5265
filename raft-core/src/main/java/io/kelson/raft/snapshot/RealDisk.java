package io.kelson.raft.snapshot;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A {@link SnapshotDisk} on the file system. */
final class RealDisk implements SnapshotDisk {
  /** Writes at the end of a channel. */
  private record ChannelOutput(FileChannel channel) implements Output {
    @Override
    public void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    @Override
    public void sync() throws IOException {
      channel.force(true);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Override
  public Output open(Path file, long keptBytes) throws IOException {
    FileChannel channel = FileChannel.open(file, CREATE, WRITE);
    try {
      if (channel.size() < keptBytes) {
        throw new IOException(file + " has " + channel.size() + " bytes, not " + keptBytes);
      }
      channel.truncate(keptBytes).position(keptBytes);
      return new ChannelOutput(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  @Override
  public void link(Path existing, Path link) throws IOException {
    Files.createLink(link, existing);
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void deleteTree(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      List<Path> all;
      try (Stream<Path> tree = Files.walk(path)) {
        all = tree.sorted(Comparator.reverseOrder()).toList();
      } catch (NoSuchFileException e) {
        return;
      }
      for (Path each : all) {
        Files.deleteIfExists(each);
      }
    } else {
      Files.deleteIfExists(path);
    }
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    syncFile(directory);
  }

  @Override
  public void syncFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, READ)) {
      channel.force(true);
    }
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return Files.getFileStore(path).getUsableSpace();
  }
}
