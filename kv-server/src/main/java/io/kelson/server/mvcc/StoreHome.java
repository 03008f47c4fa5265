package io.kelson.server.mvcc;

import io.kelson.raft.snapshot.Checkpoint;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import io.kelson.raft.snapshot.SnapshotDisk;
import io.kelson.raft.snapshot.SnapshotSource;
import io.kelson.raft.snapshot.StoreGenerations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store where it lives: in one of several generations, which a snapshot replaces as a whole.
 *
 * <pre>
 * store/               the generations, see {@link StoreGenerations}
 * snapshot-outgoing/   checkpoints that are being sent; deleted at each start
 * snapshot-incoming/   for the receiver of snapshots
 * </pre>
 *
 * <p>The {@link MvccStore} stays the same object whatever is installed.
 */
public final class StoreHome implements SnapshotSource, AutoCloseable {
  static {
    // Whatever of RocksDB's is touched first would load the library in its own way.
    NativeLibrary.load();
  }

  private static final Logger LOG = LoggerFactory.getLogger(StoreHome.class);
  private static final long CLOSE_LIMIT_SECONDS = 5;

  private final MvccOptions options;
  private final StoreGenerations generations;
  private final MvccStore store;
  private final Path outgoing;
  private final Path incoming;
  private final AtomicLong checkpoints = new AtomicLong();

  /** Closes and deletes what was replaced: the last reader may be an event loop. */
  private final ExecutorService retiring =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "kelson-store-retire");
            thread.setDaemon(true);
            return thread;
          });

  private StoreHome(
      MvccOptions options, StoreGenerations generations, MvccStore store, Path directory) {
    this.options = options;
    this.generations = generations;
    this.store = store;
    this.outgoing = outgoing(directory);
    this.incoming = directory.resolve("snapshot-incoming");
  }

  private static Path outgoing(Path directory) {
    return directory.resolve("snapshot-outgoing");
  }

  /**
   * Opens the store in a member's data directory, creating it if there is none, and deletes what a
   * crash left of snapshots.
   *
   * @throws IOException if the directories cannot be used
   * @throws StoreException as {@link MvccStore#open}
   */
  public static StoreHome open(Path dataDirectory, MvccOptions options) throws IOException {
    return open(dataDirectory, options, StoreRoom.Listener.NONE);
  }

  /**
   * The same.
   *
   * @param disk told when there is no room to write, and when there is again
   */
  public static StoreHome open(Path dataDirectory, MvccOptions options, StoreRoom.Listener disk)
      throws IOException {
    SnapshotDisk.REAL.deleteTree(outgoing(dataDirectory));
    StoreGenerations generations = StoreGenerations.open(dataDirectory.resolve("store"));
    MvccStore store = MvccStore.open(generations.current(), options, new StoreRoom(disk));
    return new StoreHome(options, generations, store, dataDirectory);
  }

  /** The store, which stays the same however often a snapshot is installed. */
  public MvccStore store() {
    return store;
  }

  /** Where a receiver should collect snapshots; on the store's file system. */
  public Path incomingPath() {
    return incoming;
  }

  /** {@inheritDoc} Any thread but the event loops. */
  @Override
  public Checkpoint checkpoint() throws IOException {
    SnapshotDisk.REAL.createDirectory(outgoing);
    Path directory = outgoing.resolve(Long.toString(checkpoints.incrementAndGet()));
    try {
      StoreMeta meta = store.checkpoint(directory, options);
      return new Checkpoint(directory, meta.applied(), meta.config());
    } catch (StoreException e) {
      SnapshotDisk.REAL.deleteTree(directory);
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * The file of that name in the present generation, if it is of the kind that never changes. Any
   * thread.
   */
  public Optional<Path> held(String name) {
    if (!name.endsWith(".sst")) {
      return Optional.empty();
    }
    return Optional.of(generations.current().resolve(name)).filter(Files::isRegularFile);
  }

  /**
   * Looks whether a snapshot is a store of this cluster and version at the position it claims. Any
   * thread but the event loops.
   *
   * @throws IOException if not
   */
  public void verify(ReceivedSnapshot snapshot) throws IOException {
    try {
      StoreFormat.requireStoreAt(snapshot.directory(), options, snapshot.position());
    } catch (StoreException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Puts a snapshot in the place of the store's state. On return readers see it and a crash cannot
   * undo it; views that are out keep what they show. Apply thread only.
   *
   * @throws StoreException if it could not be done; the state is as it was, unless the disk failed
   *     at the very last step. The node must stop either way, its log and its store no longer
   *     agreeing
   */
  public void install(ReceivedSnapshot snapshot) {
    Path old = generations.current();
    try {
      Path prepared = generations.prepare(snapshot.directory());
      store.replace(
          prepared,
          options,
          snapshot.position(),
          () -> commit(prepared),
          replaced -> retire(replaced, old));
    } catch (IOException | UncheckedIOException e) {
      throw new StoreException(
          "cannot install the " + snapshot + ": " + e + "; see to the disk, then start again", e);
    }
  }

  private void commit(Path prepared) {
    try {
      generations.commit(prepared);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void retire(Database replaced, Path directory) {
    try {
      retiring.execute(() -> closeAndDelete(replaced, directory));
    } catch (RejectedExecutionException e) {
      // Closing down: the next start deletes the directory.
      replaced.close();
    }
  }

  private void closeAndDelete(Database replaced, Path directory) {
    replaced.close();
    try {
      generations.retire(directory);
    } catch (IOException e) {
      LOG.warn("{} was replaced and could not be deleted; the next start will", directory, e);
    }
  }

  /** Waits until everything replaced whose readers are gone has been deleted; for tests. */
  void awaitRetired() throws Exception {
    retiring.submit(() -> {}).get();
  }

  /** Flushes and closes the store, as {@link MvccStore#close}. */
  @Override
  public void close() {
    store.close();
    retiring.shutdown();
    try {
      retiring.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
