package io.kelson.server.mvcc;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RocksDB's native library, unpacked once for each user and version.
 *
 * <p>RocksDB's own loader unpacks its 17 MB anew for every process and leaves deleting them to the
 * end of the JVM, which a killed process does not come to: its temporary directory fills up. Here
 * the library lies in a directory that only this user can write, under a name made of its checksum,
 * and what is there is checked before it is loaded. {@code KELSON_NATIVE_DIR} says where, else it
 * is the user's cache directory, else one of his own in the temporary directory. If none of them
 * will do, RocksDB's loader has its way.
 */
final class NativeLibrary {
  static final String VARIABLE = "KELSON_NATIVE_DIR";

  private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);

  /** RocksDB's own variable: whoever sets it wants its loader. */
  private static final String ROCKSDB_VARIABLE = "ROCKSDB_SHAREDLIB_DIR";

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private static boolean isLoaded;

  private NativeLibrary() {}

  /** Loads the library, once a process; before any class of RocksDB's is used. */
  static synchronized void load() {
    if (isLoaded) {
      return;
    }
    loadFromBestPlace();
    isLoaded = true;
  }

  private static void loadFromBestPlace() {
    if (System.getenv(ROCKSDB_VARIABLE) == null) {
      for (Path home : homes(System.getenv())) {
        if (isLoadedFrom(home)) {
          return;
        }
      }
    }
    RocksDB.loadLibrary();
  }

  private static boolean isLoadedFrom(Path home) {
    try {
      RocksDB.loadLibrary(List.of(installedBelow(home).toString()));
      return true;
    } catch (IOException | RuntimeException | UnsatisfiedLinkError e) {
      LOG.debug("RocksDB's library cannot be loaded from below {}", home, e);
      return false;
    }
  }

  /** Where it may lie, best first. */
  static List<Path> homes(Map<String, String> environment) {
    List<Path> homes = new ArrayList<>();
    String named = environment.getOrDefault(VARIABLE, "");
    if (!named.isEmpty()) {
      return List.of(Path.of(named));
    }
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    String home = System.getProperty("user.home", "");
    if (cache.startsWith("/")) {
      homes.add(Path.of(cache, "kelson"));
    } else if (home.startsWith("/") && Files.isDirectory(Path.of(home))) {
      homes.add(Path.of(home, ".cache", "kelson"));
    }
    homes.add(
        Path.of(System.getProperty("java.io.tmpdir"), "kelson-" + System.getProperty("user.name")));
    return homes;
  }

  /**
   * Unpacks the library if it is not there intact.
   *
   * @return the directory it lies in
   * @throws IOException if it cannot be written, or others could have
   */
  static Path installedBelow(Path home) throws IOException {
    String file = Environment.getJniLibraryFileName("rocksdb");
    URL packed = RocksDB.class.getClassLoader().getResource(file);
    if (packed == null) {
      throw new IOException("there is no " + file + " in RocksDB's jar");
    }
    Stamp stamp = Stamp.of(packed);
    createPrivate(home);
    Path directory = home.resolve("rocksdb-%08x-%d".formatted(stamp.crc, stamp.sizeBytes));
    createPrivate(directory);
    // RocksDB looks for this name where it is told to look, whether it means to or not.
    Path library = directory.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
    if (!Files.isRegularFile(library, LinkOption.NOFOLLOW_LINKS)
        || !Stamp.ofFile(library).equals(stamp)) {
      unpack(packed, stamp, library);
    }
    return directory;
  }

  private static void unpack(URL packed, Stamp stamp, Path library) throws IOException {
    deleteAbandoned(library.getParent());
    Path draft =
        library.resolveSibling(
            library.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    try (InputStream in = packed.openStream()) {
      Files.copy(in, draft, StandardCopyOption.REPLACE_EXISTING);
    }
    if (!Stamp.ofFile(draft).equals(stamp)) {
      Files.delete(draft);
      throw new IOException("what was unpacked into " + draft + " is not what was packed");
    }
    Files.move(draft, library, StandardCopyOption.ATOMIC_MOVE);
    LOG.debug("unpacked RocksDB's library to {}", library);
  }

  /** What a process that was killed while unpacking left. */
  private static void deleteAbandoned(Path directory) throws IOException {
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(directory, "*.tmp")) {
      for (Path draft : drafts) {
        String[] parts = draft.getFileName().toString().split("\\.");
        String pid = parts[parts.length - 2];
        if (pid.matches("[0-9]{1,10}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
          Files.deleteIfExists(draft);
        }
      }
    }
  }

  /** What is loaded into the process must come from a place where nobody else can put things. */
  private static void createPrivate(Path directory) throws IOException {
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
    }
    if (!Files.isDirectory(directory)) {
      throw new IOException(directory + " is not a directory");
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(directory + " can be written by others");
    }
    if (!Files.getOwner(directory).equals(self(directory))) {
      throw new IOException(directory + " is somebody else's");
    }
  }

  private static UserPrincipal self(Path directory) throws IOException {
    Path process = Path.of("/proc/self");
    return Files.exists(process)
        ? Files.getOwner(process)
        : directory
            .getFileSystem()
            .getUserPrincipalLookupService()
            .lookupPrincipalByName(System.getProperty("user.name"));
  }

  /**
   * What a file is known by. A jar's directory has both, so nothing is unpacked to compare.
   *
   * @param sizeBytes its size
   * @param crc CRC-32 of its bytes
   */
  private record Stamp(long sizeBytes, long crc) {
    static Stamp of(URL url) throws IOException {
      URLConnection connection = url.openConnection();
      if (connection instanceof JarURLConnection jar) {
        jar.setUseCaches(false);
        try (JarFile file = jar.getJarFile()) {
          ZipEntry entry = file.getEntry(jar.getEntryName());
          if (entry.getCrc() >= 0 && entry.getSize() >= 0) {
            return new Stamp(entry.getSize(), entry.getCrc());
          }
        }
      }
      try (InputStream in = url.openStream()) {
        return ofStream(in);
      }
    }

    static Stamp ofFile(Path file) throws IOException {
      try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
        return ofStream(in);
      }
    }

    private static Stamp ofStream(InputStream in) throws IOException {
      CheckedInputStream checked = new CheckedInputStream(in, new CRC32());
      byte[] buffer = new byte[256 << 10];
      long size = 0;
      for (int read = checked.read(buffer); read >= 0; read = checked.read(buffer)) {
        size += read;
      }
      return new Stamp(size, checked.getChecksum().getValue());
    }
  }
}
