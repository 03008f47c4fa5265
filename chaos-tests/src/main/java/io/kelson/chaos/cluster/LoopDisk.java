package io.kelson.chaos.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An ext4 file system in a file, mounted. It can lose what was not synced, as a machine does that
 * loses its power; it can be full, and it can hang. Needs root.
 */
final class LoopDisk implements AutoCloseable {
  private static final String WITNESS = "witness";
  private static final int WITNESS_BYTES = 256 << 10;
  private static final int UMOUNT_TRIES = 50;

  /** EXT4_IOC_SHUTDOWN without a flush of the journal: nothing reaches the disk after it. */
  private static final String SHUTDOWN =
      """
      import fcntl, os, struct, sys
      for path in sys.argv[1:]:
          fd = os.open(path, os.O_RDONLY)
          fcntl.ioctl(fd, 0x8004587d, struct.pack("I", 2))
          os.close(fd)
      """;

  private final Path image;
  private final Path mountPoint;

  private LoopDisk(Path image, Path mountPoint) {
    this.image = image;
    this.mountPoint = mountPoint;
  }

  /** Makes one and mounts it; it takes room on the real disk as it is written. */
  static LoopDisk create(Path image, Path mountPoint, long bytes) {
    try {
      Files.createDirectories(image.toAbsolutePath().getParent());
      Files.createDirectories(mountPoint);
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.setLength(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Commands.require("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
    LoopDisk disk = new LoopDisk(image, mountPoint);
    disk.mount();
    return disk;
  }

  /** Where it is mounted. */
  Path mountPoint() {
    return mountPoint;
  }

  /** From now on nothing is written to these disks, whatever programs are told. */
  static void shutDown(List<LoopDisk> disks) {
    List<String> line = new ArrayList<>(List.of("python3", "-c", SHUTDOWN));
    disks.forEach(disk -> line.add(disk.mountPoint.toString()));
    Commands.require(line.toArray(String[]::new));
  }

  /** Writes the witness anew and does not sync it. */
  void writeWitness() {
    try {
      Files.write(mountPoint.resolve(WITNESS), new byte[WITNESS_BYTES]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes of the witness that are there, -1 if it is not. */
  long witnessBytes() {
    Path witness = mountPoint.resolve(WITNESS);
    try {
      return Files.exists(witness) ? Files.size(witness) : -1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the witness for good, so that the next one starts from nothing. */
  void forgetWitness() {
    try {
      Files.deleteIfExists(mountPoint.resolve(WITNESS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Commands.require("sync", "-f", mountPoint.toString());
  }

  static long fullWitnessBytes() {
    return WITNESS_BYTES;
  }

  /** Unmounts it, which no process may keep from it, and mounts what really is on it. */
  void remount() {
    for (int i = 0; ; i++) {
      Commands.Result result = Commands.run("umount", mountPoint.toString());
      if (result.ok()) {
        break;
      }
      if (i == UMOUNT_TRIES) {
        throw new IllegalStateException("cannot unmount " + mountPoint + ": " + result.output());
      }
      breathe();
    }
    mount();
  }

  /** Takes all the room that is left, and returns how many bytes that was. */
  long fill() {
    Path ballast = ballast();
    long step = mountPoint.toFile().getUsableSpace();
    // Reserved first, in ever smaller pieces, then written: fast, and to the last block.
    for (long at = 0; step >= 1 << 20; step /= 2) {
      String piece = Long.toString(step);
      if (Commands.run("fallocate", "-o", Long.toString(at), "-l", piece, ballast.toString())
          .ok()) {
        at += step;
      }
    }
    try (OutputStream out = Files.newOutputStream(mountPoint.resolve("ballast.end"))) {
      while (true) {
        out.write(new byte[4 << 10]);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left on device")) {
        throw new UncheckedIOException(e);
      }
    }
    return ballast.toFile().length() + mountPoint.resolve("ballast.end").toFile().length();
  }

  /** Gives the room back. */
  void free() {
    try {
      Files.deleteIfExists(ballast());
      Files.deleteIfExists(mountPoint.resolve("ballast.end"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every write waits from now on. */
  void freeze() {
    Commands.require("fsfreeze", "--freeze", mountPoint.toString());
  }

  /** Writes go on; nothing happens if they do. */
  void thaw() {
    Commands.Result result = Commands.run("fsfreeze", "--unfreeze", mountPoint.toString());
    if (!result.ok() && !result.output().contains("Invalid argument")) {
      throw new IllegalStateException("cannot thaw " + mountPoint + ": " + result.output());
    }
  }

  /** Unmounts it and deletes it, whatever state it is in. */
  @Override
  public void close() {
    Commands.run("fsfreeze", "--unfreeze", mountPoint.toString());
    if (!Commands.run("umount", mountPoint.toString()).ok()) {
      Commands.run("umount", "-l", mountPoint.toString());
    }
    try {
      Files.deleteIfExists(image);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Why there can be none on this machine; empty if one was made, shut down and mounted again. */
  static Optional<String> missing(Path directory) {
    Path probe = directory.resolve("probe.img");
    Path mountPoint = directory.resolve("probe");
    try (LoopDisk disk = create(probe, mountPoint, 16 << 20)) {
      disk.writeWitness();
      shutDown(List.of(disk));
      disk.remount();
      return disk.witnessBytes() < WITNESS_BYTES
          ? Optional.empty()
          : Optional.of("a disk that was shut down kept what was not synced");
    } catch (IllegalStateException | UncheckedIOException e) {
      return Optional.of("no disk of its own can be made: " + e.getMessage());
    } finally {
      delete(probe);
      delete(mountPoint);
    }
  }

  private void mount() {
    Commands.require("mount", "-o", "loop", image.toString(), mountPoint.toString());
  }

  private Path ballast() {
    return mountPoint.resolve("ballast");
  }

  private static void delete(Path path) {
    try {
      if (Files.isDirectory(path)) {
        try (Stream<Path> inside = Files.list(path)) {
          if (inside.findAny().isPresent()) {
            return;
          }
        }
      }
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void breathe() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while unmounting", e);
    }
  }
}
