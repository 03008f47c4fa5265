package io.kelson.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the disks wrote that servers have files on (Linux): for all programs, so that it takes a
 * quiet machine to lay it to the servers.
 *
 * <p>The kernel's account of each process, {@code write_bytes} in {@code /proc/PID/io}, would not
 * do: it counts the memory made dirty, and where a log was filled with zeros in large pieces before
 * that is up to a mebibyte for every few bytes written.
 */
final class DiskMeter {
  private static final int SECTOR_BYTES = 512;

  private DiskMeter() {}

  /** Bytes since boot; negative if there is no such disk, or it cannot be told. */
  static long bytesWritten(List<Long> pids) {
    Set<Path> accounts = new TreeSet<>();
    for (long pid : pids) {
      Path opened = Path.of("/proc", Long.toString(pid), "fd");
      if (Files.isReadable(opened)) {
        accounts.addAll(accounts(opened));
      }
    }
    return accounts.isEmpty() ? -1 : accounts.stream().mapToLong(DiskMeter::written).sum();
  }

  private static Set<Path> accounts(Path opened) {
    Set<Path> accounts = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(opened)) {
      for (Path file : files) {
        // A program's own code may lie on another disk than what it writes.
        if (Files.isRegularFile(file) && Files.isWritable(file) && !isCode(file)) {
          Path account = account((Long) Files.getAttribute(file, "unix:dev"));
          if (Files.isReadable(account)) {
            accounts.add(account);
          }
        }
      }
      return accounts;
    } catch (IOException e) {
      // A file that was closed meanwhile, or a process that has ended: nothing to be told.
      return accounts;
    }
  }

  private static boolean isCode(Path file) throws IOException {
    String target = Files.readSymbolicLink(file).toString();
    return target.endsWith(".jar") || target.endsWith("/modules");
  }

  /** The account of the disk or partition of that device number. */
  private static Path account(long device) {
    long major = device >> 8 & 0xfff | device >> 32 & ~0xfffL;
    long minor = device & 0xff | device >> 12 & ~0xffL;
    return Path.of("/sys/dev/block", major + ":" + minor, "stat");
  }

  private static long written(Path account) {
    try {
      // The kernel's Documentation/block/stat.rst: the seventh figure is sectors written.
      return Long.parseLong(Files.readString(account).strip().split(" +")[6]) * SECTOR_BYTES;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + account, e);
    }
  }
}
