package io.kelson.raft.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The directories of a store, of which one counts.
 *
 * <pre>
 * store/CURRENT    names the generation that counts, with a checksum; replaced atomically
 * store/gen-7/     that generation
 * store/gen-8/     one that is being installed, or was when the process crashed
 * </pre>
 *
 * <p>A snapshot is installed by {@link #prepare}, {@link #commit} and, when nobody reads the old
 * state any more, {@link #retire}. The one moment that matters is the renaming of {@code CURRENT}:
 * a crash before it leaves the old state, a crash after it the new one, and whatever else lies
 * around is deleted at the next start. One thread at a time, but {@link #current} may be asked by
 * any.
 */
public final class StoreGenerations {
  private static final String POINTER = "CURRENT";
  private static final String DRAFT = "CURRENT.tmp";
  private static final Pattern POINTER_TEXT = Pattern.compile("gen-([1-9][0-9]*) ([0-9a-f]{8})\n");
  private static final Pattern NAME = Pattern.compile("gen-([1-9][0-9]*)");

  private final SnapshotDisk disk;
  private final Path directory;
  private volatile long number;

  private StoreGenerations(SnapshotDisk disk, Path directory, long number) {
    this.disk = disk;
    this.directory = directory;
    this.number = number;
  }

  /**
   * Finds the generation that counts, and deletes all others; a new directory gets its first.
   *
   * @param directory made if it is not there, mode 0700
   * @throws IOException if it cannot be read or written, or holds something else; the message says
   *     what to do
   */
  public static StoreGenerations open(Path directory) throws IOException {
    return open(SnapshotDisk.REAL, directory);
  }

  static StoreGenerations open(SnapshotDisk disk, Path directory) throws IOException {
    disk.createDirectory(directory);
    if (!Files.exists(directory.resolve(POINTER))) {
      return begin(disk, directory);
    }
    StoreGenerations generations = new StoreGenerations(disk, directory, read(directory));
    if (!Files.isDirectory(generations.current())) {
      throw new IOException(
          directory.resolve(POINTER)
              + " names "
              + generations.current()
              + ", which is not there; "
              + remedy());
    }
    // The renaming that this state rests on may not have been made durable before the crash.
    disk.syncDirectory(directory);
    generations.deleteOthers();
    return generations;
  }

  /**
   * The generation that counts, found without changing anything.
   *
   * @return empty if the directory is not there or was never begun
   * @throws IOException if it cannot be told, or is not there
   */
  public static Optional<Path> find(Path directory) throws IOException {
    if (!Files.exists(directory.resolve(POINTER))) {
      boolean isEmpty = !Files.exists(directory) || list(directory).isEmpty();
      if (isEmpty) {
        return Optional.empty();
      }
      throw new IOException(directory + " has no " + POINTER);
    }
    Path current = directory.resolve("gen-" + read(directory));
    if (!Files.isDirectory(current)) {
      throw new IOException(directory.resolve(POINTER) + " names " + current + ", not there");
    }
    return Optional.of(current);
  }

  private static StoreGenerations begin(SnapshotDisk disk, Path directory) throws IOException {
    for (Path path : list(directory)) {
      if (!isOurs(path)) {
        throw new IOException(
            directory
                + " has no "
                + POINTER
                + " and holds "
                + path.getFileName()
                + ", which is not Kelson's; name another data directory");
      }
      // Nothing is written into the first generation before CURRENT names it.
      if (Files.isDirectory(path) && !list(path).isEmpty()) {
        throw new IOException(
            directory
                + " lost its "
                + POINTER
                + " and holds "
                + path.getFileName()
                + "; "
                + remedy());
      }
    }
    // A first start that crashed leaves an empty generation that never counted.
    StoreGenerations generations = new StoreGenerations(disk, directory, 0);
    generations.deleteOthers();
    disk.createDirectory(generations.path(1));
    generations.commit(generations.path(1));
    disk.syncDirectory(directory.toAbsolutePath().getParent());
    return generations;
  }

  private static boolean isOurs(Path path) {
    String name = path.getFileName().toString();
    return name.equals(DRAFT) || NAME.matcher(name).matches();
  }

  private static long read(Path directory) throws IOException {
    Path pointer = directory.resolve(POINTER);
    String text = new String(Files.readAllBytes(pointer), StandardCharsets.ISO_8859_1);
    if (text.startsWith("MANIFEST-")) {
      throw new IOException(
          directory
              + " holds a store as versions before 0.1 laid it out; move it away, and it will be"
              + " rebuilt from the log");
    }
    Matcher matcher = POINTER_TEXT.matcher(text);
    if (!matcher.matches() || !text.equals(text(Long.parseLong(matcher.group(1))))) {
      throw new IOException(pointer + " is damaged; " + remedy());
    }
    return Long.parseLong(matcher.group(1));
  }

  private static String remedy() {
    return "kelson repair brings this member back from its peers";
  }

  private static String text(long number) {
    String name = "gen-" + number;
    CRC32C crc = new CRC32C();
    crc.update(name.getBytes(StandardCharsets.US_ASCII));
    return "%s %08x".formatted(name, crc.getValue()) + "\n";
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.toList();
    }
  }

  private Path path(long generation) {
    return directory.resolve("gen-" + generation);
  }

  private void deleteOthers() throws IOException {
    for (Path path : list(directory)) {
      boolean counts = path.equals(path(number));
      if (isOurs(path) && !counts) {
        disk.deleteTree(path);
      }
    }
  }

  /** The directory that counts. Any thread. */
  public Path current() {
    return path(number);
  }

  /** Its number; 1 for the first. Any thread. */
  public long number() {
    return number;
  }

  /**
   * Moves a directory to where the next generation belongs, durably. It does not count yet: a crash
   * deletes it.
   *
   * @param staged on the same file system; its files are made durable here
   * @return where it is now
   */
  public Path prepare(Path staged) throws IOException {
    Path next = path(number + 1);
    disk.deleteTree(next);
    for (Path file : list(staged)) {
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        disk.syncFile(file);
      }
    }
    disk.syncDirectory(staged);
    disk.move(staged, next);
    disk.syncDirectory(directory);
    return next;
  }

  /**
   * Makes a prepared generation the one that counts, durably.
   *
   * @throws IOException if that failed; which of the two counts after a crash is unknown then, and
   *     the node must stop
   */
  public void commit(Path prepared) throws IOException {
    if (!prepared.equals(path(number + 1))) {
      throw new IllegalArgumentException(prepared + " does not follow " + current());
    }
    disk.syncDirectory(prepared);
    Path draft = directory.resolve(DRAFT);
    try (SnapshotDisk.Output output = disk.open(draft, 0)) {
      output.write(ByteBuffer.wrap(text(number + 1).getBytes(StandardCharsets.US_ASCII)));
      output.sync();
    }
    disk.move(draft, directory.resolve(POINTER));
    disk.syncDirectory(directory);
    number++;
  }

  /** Deletes a directory that was prepared and turned out to be of no use. */
  public void abandon(Path prepared) throws IOException {
    retire(prepared);
  }

  /** Deletes a generation that does not count any more, when nobody has its files open. */
  public void retire(Path old) throws IOException {
    if (old.equals(current())) {
      throw new IllegalArgumentException(old + " is the generation that counts");
    }
    disk.deleteTree(old);
  }
}
