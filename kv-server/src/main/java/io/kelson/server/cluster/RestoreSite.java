package io.kelson.server.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * An empty data directory in which a restore builds a member's, locked meanwhile.
 *
 * <p>Everything is built in a directory inside it, so that it is on the right file system even if
 * the data directory is a mount point. {@link #commit} moves it up, and writes IDENTITY last:
 * without that file no member starts. A restore that was interrupted leaves its inner directory
 * behind, by which the next one knows that what lies beside it may go.
 */
public final class RestoreSite implements AutoCloseable {
  static final String DRAFT = "restoring";

  private static final List<String> KEPT = List.of("LOCK", "lost+found");

  private final DataDirectory directory;
  private final Path draft;
  private final boolean isNew;
  private boolean committed;

  private RestoreSite(DataDirectory directory, boolean isNew) {
    this.directory = directory;
    this.draft = directory.path().resolve(DRAFT);
    this.isNew = isNew;
  }

  /**
   * Creates the directory if need be, mode 0700, and takes possession of it.
   *
   * @throws DataDirectoryException if it is in use or holds anything but what an interrupted
   *     restore left
   */
  public static RestoreSite open(Path path) throws IOException {
    boolean isNew = !Files.exists(path);
    DataDirectory directory = DataDirectory.openDamaged(path);
    RestoreSite site = new RestoreSite(directory, isNew);
    try {
      site.requireNobodys();
      site.clear();
      Files.createDirectory(
          site.draft,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      sync(directory.path());
      return site;
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  private void requireNobodys() throws IOException {
    List<String> found = names();
    boolean isLeftover = found.contains(DRAFT) && !found.contains("IDENTITY");
    if (!isLeftover && !found.isEmpty()) {
      throw new DataDirectoryException(
          ("data directory %s is not empty: it holds %s. A restore makes a new directory; name another one "
                  + "with --data-dir, or move this one away")
              .formatted(directory.path(), String.join(", ", found)));
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> listing = Files.list(directory.path())) {
      return listing
          .map(file -> file.getFileName().toString())
          .filter(name -> !KEPT.contains(name))
          .sorted()
          .toList();
    }
  }

  /** What tells a leftover apart goes last. */
  private void clear() throws IOException {
    for (String name : names()) {
      if (!name.equals(DRAFT)) {
        deleteTree(directory.path().resolve(name));
      }
    }
    sync(directory.path());
    deleteTree(draft);
  }

  /** Where to build; everything in it must be durable before {@link #commit}. */
  public Path draft() {
    return draft;
  }

  /**
   * Makes the directory that of a member which has a log and a store: a start goes on from there.
   * Durable on return.
   *
   * @param isFounding whether the others have to be asked first whether they know this member
   */
  public void commit(Identity identity, boolean isFounding) throws IOException {
    try (Stream<Path> built = Files.list(draft)) {
      for (Path part : built.toList()) {
        Files.move(
            part,
            directory.path().resolve(part.getFileName().toString()),
            StandardCopyOption.ATOMIC_MOVE);
      }
    }
    sync(directory.path());
    directory.markBegun();
    if (isFounding) {
      directory.markFounding();
    }
    directory.become(identity);
    committed = true;
    Files.delete(draft);
  }

  /** Gives the directory up; if it was not committed, nothing of the restore is left. */
  @Override
  public void close() throws IOException {
    try {
      if (!committed) {
        clear();
        if (isNew) {
          deleteTree(directory.path());
        }
      }
    } finally {
      directory.close();
    }
  }

  private static void deleteTree(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(path)) {
      for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
