package io.kelson.server.cluster;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * The directory that holds everything one member must not lose, owned by this process while open.
 *
 * <pre>
 * LOCK      locked by the process that uses the directory; holds its process id
 * IDENTITY  whose directory it is; written once, before anything else is
 * JOINED    what the cluster told this member when it joined; not there if it was a founder
 * REMOVED   there once the cluster has removed this member, which then never runs again
 * BEGUN     there once the log has been created: from then on its absence is a loss
 * FOUNDING  there until the others have said that they never heard of this founder
 * FORCED    there once --force-new-cluster was carried out and has been asked for ever since
 * DISCOVERED the members that DNS named when a founder looked them up there
 * REPAIR    what a repair that is under way has to do; the member does not start beside it
 * damaged-* what repairs have set aside; never read
 * restoring/ what a restore is building; without IDENTITY, nothing in the directory counts
 * log/      the segmented log
 * store/    the state derived from it, and snapshot-incoming/ and snapshot-outgoing/ beside it
 * </pre>
 *
 * <p>A directory that is not certainly ours is refused and left as it was: pointing a member at
 * another one's data would have it vote twice (Raft paper, section 5.2) or overwrite what it finds.
 */
public final class DataDirectory implements AutoCloseable {
  private static final String LOCK = DirectoryLock.NAME;
  private static final String IDENTITY = "IDENTITY";
  private static final String BEGUN = "BEGUN";
  private static final String JOINED = "JOINED";
  private static final String REMOVED = "REMOVED";
  private static final String IDENTITY_DRAFT = "IDENTITY.tmp";
  private static final String REPAIR = "REPAIR";
  private static final String FOUNDING = "FOUNDING";
  private static final String FORCED = "FORCED";
  private static final String ASIDE_PREFIX = "damaged-";

  private static final DateTimeFormatter ASIDE_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** What a directory may hold without belonging to anybody. */
  private static final Set<String> NOBODYS = Set.of(LOCK, IDENTITY_DRAFT, "lost+found");

  private final Path path;
  private final FileChannel lockChannel;

  /** What else lies in one that is ours. */
  private static final Set<String> OURS =
      Set.of(
          IDENTITY,
          BEGUN,
          JOINED,
          "JOINED.tmp",
          REMOVED,
          FOUNDING,
          FORCED,
          REPAIR,
          "REPAIR.tmp",
          "DISCOVERED",
          "DISCOVERED.tmp",
          "log",
          RestoreSite.DRAFT,
          "store",
          "snapshot-incoming",
          "snapshot-outgoing");

  private DataDirectory(Path path, FileChannel lockChannel) {
    this.path = path;
    this.lockChannel = lockChannel;
  }

  /**
   * Creates the directory if need be, mode 0700, and takes possession of it.
   *
   * @throws DataDirectoryException if it is in use, is not a directory, cannot be read and written,
   *     or holds something that is not Kelson's
   */
  public static DataDirectory open(Path path) throws DataDirectoryException {
    return open(path, false);
  }

  /**
   * As {@link #open}, for a directory that may have lost its IDENTITY: what else lies in it must be
   * what a member keeps.
   *
   * @throws DataDirectoryException as {@link #open}
   */
  public static DataDirectory openDamaged(Path path) throws DataDirectoryException {
    return open(path, true);
  }

  private static DataDirectory open(Path path, boolean isDamaged) throws DataDirectoryException {
    Path absolute = path.toAbsolutePath().normalize();
    try {
      create(absolute);
      requireOursOrEmpty(absolute, isDamaged);
      return new DataDirectory(absolute, DirectoryLock.acquire(absolute));
    } catch (DataDirectoryException e) {
      throw e;
    } catch (IOException e) {
      throw new DataDirectoryException(
          "data directory %s cannot be used: %s; check that it exists and that this user may read and write it"
              .formatted(absolute, describe(e)),
          e);
    }
  }

  /**
   * Makes the directory that of the given member, or checks that it is.
   *
   * <p>On return the identity is durable.
   *
   * @throws DataDirectoryException if it belongs to another member or cluster, or its IDENTITY
   *     cannot be trusted
   */
  public void adopt(Identity asked) throws DataDirectoryException {
    try {
      if (!Files.exists(path.resolve(IDENTITY))) {
        write(asked);
      } else {
        requireSame(read(), asked);
      }
    } catch (DataDirectoryException e) {
      throw e;
    } catch (IOException e) {
      throw new DataDirectoryException(
          "data directory %s: IDENTITY cannot be read or written: %s".formatted(path, describe(e)),
          e);
    }
  }

  /**
   * Whether a log was ever created here. If so it must be there: a member that lost its log has
   * forgotten its votes.
   */
  public boolean hasBegun() {
    return Files.exists(path.resolve(BEGUN));
  }

  /** Remembers, durably, that the log exists now. */
  public void markBegun() throws IOException {
    mark(BEGUN);
  }

  /** Remembers, durably, that this founder may have run before, and lost what it had. */
  public void markFounding() throws IOException {
    mark(FOUNDING);
  }

  /** Whether {@link #markFounding} was called and {@link #endFounding} was not, in any run. */
  public boolean isFounding() {
    return Files.exists(path.resolve(FOUNDING));
  }

  /** Remembers, durably, that this founder had not run before. */
  public void endFounding() throws IOException {
    remove(FOUNDING);
  }

  /** Remembers, durably, that this member was made a cluster of its own. */
  public void markForced() throws IOException {
    mark(FORCED);
  }

  /** Whether {@link #markForced} was called and {@link #forgetForced} was not, in any run. */
  public boolean isForced() {
    return Files.exists(path.resolve(FORCED));
  }

  /** Forgets {@link #markForced}. */
  public void forgetForced() throws IOException {
    if (isForced()) {
      remove(FORCED);
    }
  }

  /** Remembers, durably, that the cluster has removed this member. */
  public void markRemoved() throws IOException {
    mark(REMOVED);
  }

  /** Whether {@link #markRemoved} was called, in this run or an earlier one. */
  public boolean isRemoved() {
    return Files.exists(path.resolve(REMOVED));
  }

  /** Keeps, durably, what the cluster told this member when it joined. */
  public void writeJoined(byte[] told) throws IOException {
    replace(JOINED, withChecksum(told));
  }

  /**
   * What {@link #writeJoined} kept; empty if this member has not joined a running cluster.
   *
   * @throws DataDirectoryException if it is damaged
   */
  public Optional<byte[]> joined() throws IOException {
    return checked(JOINED);
  }

  /** Whether a repair of this directory was begun and has not come to its end. */
  public boolean isUnderRepair() {
    return Files.exists(path.resolve(REPAIR));
  }

  /** Keeps, durably, what a repair has yet to do. */
  public void writeRepairPlan(byte[] plan) throws IOException {
    replace(REPAIR, withChecksum(plan));
  }

  /**
   * What {@link #writeRepairPlan} kept; empty if no repair is under way.
   *
   * @throws DataDirectoryException if it is damaged
   */
  public Optional<byte[]> repairPlan() throws IOException {
    return checked(REPAIR);
  }

  /** Forgets, durably, the repair: the member may start. */
  public void finishRepair() throws IOException {
    remove(REPAIR);
  }

  /** A name for {@link #setAside}. */
  public static String asideName(Instant now) {
    return ASIDE_PREFIX + ASIDE_TIME.format(now);
  }

  /**
   * Moves everything but the repair's plan to a directory inside this one, on the same disk;
   * deletes nothing. Durable on return; if it was interrupted, the same call goes on with the rest.
   */
  public void setAside(String name) throws IOException {
    Path aside = path.resolve(name);
    if (!Files.isDirectory(aside)) {
      createPrivate(aside);
    }
    try (var listing = Files.list(path)) {
      for (Path file : listing.toList()) {
        if (isSetAside(file.getFileName().toString())) {
          Files.move(
              file, aside.resolve(file.getFileName().toString()), StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
    syncDirectory(aside);
    syncDirectory(path);
  }

  private static boolean isSetAside(String file) {
    return !file.equals(LOCK)
        && !file.equals(REPAIR)
        && !file.equals("lost+found")
        && !file.startsWith(ASIDE_PREFIX);
  }

  /** Makes the directory that of a member, whosever it was before; durable on return. */
  public void become(Identity identity) throws IOException {
    write(identity);
  }

  /**
   * Whose directory it is.
   *
   * @throws DataDirectoryException if that cannot be told
   */
  public Identity identity() throws IOException {
    return read();
  }

  /** Whose directory it is; empty if that cannot be told. */
  public Optional<Identity> maybeIdentity() {
    try {
      return Optional.of(read());
    } catch (IOException unknown) {
      return Optional.empty();
    }
  }

  /** Where it is, absolute. */
  public Path path() {
    return path;
  }

  /** The segmented log's directory, which exists on return. */
  public Path createdLogPath() throws IOException {
    Path log = path.resolve("log");
    if (!Files.isDirectory(log)) {
      createPrivate(log);
    }
    return log;
  }

  /** Gives the directory up: another process may take it from now on. */
  @Override
  public void close() throws IOException {
    lockChannel.close();
  }

  private static void create(Path path) throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new DataDirectoryException(
          "data directory %s is not a directory; name another one with --data-dir".formatted(path));
    }
    if (!Files.exists(path)) {
      if (path.getParent() != null) {
        Files.createDirectories(path.getParent());
      }
      try {
        createPrivate(path);
      } catch (FileAlreadyExistsException e) {
        // Another process was quicker; the lock decides whose it is.
        return;
      }
    }
  }

  private static void createPrivate(Path path) throws IOException {
    Files.createDirectory(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    syncDirectory(path.getParent());
  }

  private static void requireOursOrEmpty(Path path, boolean isDamaged) throws IOException {
    if (Files.exists(path.resolve(IDENTITY)) || Files.exists(path.resolve(REPAIR))) {
      return;
    }
    try (var listing = Files.list(path)) {
      List<String> foreign =
          listing
              .map(file -> file.getFileName().toString())
              .filter(file -> !NOBODYS.contains(file))
              .filter(file -> !isDamaged || !isOurs(file))
              .sorted()
              .toList();
      if (foreign.contains(RestoreSite.DRAFT)) {
        throw new DataDirectoryException(
            "a restore into data directory %s was interrupted; run it again".formatted(path));
      }
      if (!foreign.isEmpty()) {
        throw new DataDirectoryException(
            ("data directory %s is not empty (it holds %s) and has no IDENTITY file, so it is not "
                    + "Kelson's or is damaged; name an empty or new directory with --data-dir")
                .formatted(path, foreign.get(0)));
      }
    }
  }

  private static boolean isOurs(String file) {
    return OURS.contains(file) || file.startsWith(ASIDE_PREFIX);
  }

  private Identity read() throws IOException {
    try {
      return Identity.decode(Files.readAllBytes(path.resolve(IDENTITY)));
    } catch (IllegalArgumentException e) {
      throw new DataDirectoryException(
          "data directory %s: IDENTITY %s; restore the file, or bring the member back with kelson repair"
              .formatted(path, e.getMessage()),
          e);
    }
  }

  private void requireSame(Identity found, Identity asked) throws DataDirectoryException {
    if (found.clusterId() == asked.clusterId() && found.memberId() == asked.memberId()) {
      return;
    }
    throw new DataDirectoryException(
        ("data directory %s belongs to member %s of cluster %s, but the flags describe member %s of "
                + "cluster %s: %s. Put the flags back, or start with an empty directory")
            .formatted(
                path,
                MemberIds.text(found.memberId()),
                MemberIds.text(found.clusterId()),
                MemberIds.text(asked.memberId()),
                MemberIds.text(asked.clusterId()),
                String.join("; ", found.differences(asked))));
  }

  private void mark(String name) throws IOException {
    if (!Files.exists(path.resolve(name))) {
      Files.createFile(path.resolve(name));
      syncDirectory(path);
    }
  }

  private void remove(String name) throws IOException {
    Files.deleteIfExists(path.resolve(name));
    syncDirectory(path);
  }

  private static byte[] withChecksum(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return ByteBuffer.allocate(content.length + Integer.BYTES)
        .put(content)
        .putInt((int) crc.getValue())
        .array();
  }

  private Optional<byte[]> checked(String name) throws IOException {
    if (!Files.exists(path.resolve(name))) {
      return Optional.empty();
    }
    byte[] file = Files.readAllBytes(path.resolve(name));
    int length = file.length - Integer.BYTES;
    CRC32C crc = new CRC32C();
    crc.update(file, 0, Math.max(0, length));
    if (length < 0 || ByteBuffer.wrap(file).getInt(length) != (int) crc.getValue()) {
      throw new DataDirectoryException(
          "data directory %s: %s is damaged: its checksum does not match; %s"
              .formatted(
                  path,
                  name,
                  name.equals(REPAIR)
                      ? "delete this one file and run the repair again"
                      : "kelson repair brings this member back from its peers"));
    }
    return Optional.of(Arrays.copyOf(file, length));
  }

  private void write(Identity identity) throws IOException {
    replace(IDENTITY, identity.encode());
  }

  private void replace(String name, byte[] content) throws IOException {
    Path draft = path.resolve(name + ".tmp");
    try (FileChannel channel = FileChannel.open(draft, CREATE, TRUNCATE_EXISTING, WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    try {
      Files.move(draft, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("its file system cannot rename files atomically", e);
    }
    syncDirectory(path);
  }

  private static void syncDirectory(Path path) throws IOException {
    try (FileChannel directory = FileChannel.open(path, READ)) {
      directory.force(true);
    }
  }

  private static String describe(IOException e) {
    String message = e.getMessage();
    return e.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }
}
