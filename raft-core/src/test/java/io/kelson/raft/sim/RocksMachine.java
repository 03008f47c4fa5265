package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.snapshot.StoreGenerations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;

/**
 * Registers in RocksDB, in real files: what is kept is what RocksDB keeps without a write-ahead log
 * of its own, and an installed snapshot is a new generation of the store, as in production.
 *
 * <p>A flush happens only when somebody asks for it, and is waited for; so what a crash leaves
 * follows from the seed. A crash may come at any step of an installation: it shows as an {@link
 * IOException}.
 */
final class RocksMachine implements SimMachine {
  private static final int INSTALL_CRASH_ONE_IN = 8;

  private record Shipment(Path directory, LogPosition position, byte[] config, long hash)
      implements Snapshot {}

  private final SplittableRandom random;
  private final Path home;
  private StoreGenerations generations;
  private RegisterStore store;

  /** What the store holds, read from it whenever it is opened. */
  private Registers registers;

  private int checkpoints;

  /**
   * @param seed decides at which installations it crashes
   */
  RocksMachine(long seed) {
    random = new SplittableRandom(seed);
    try {
      home = Files.createTempDirectory(fastest(), "kelson-sim");
      open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In memory where the system has such a place: the device is not what is looked at here. */
  private static Path fastest() {
    Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir"));
  }

  private void open() throws IOException {
    generations = StoreGenerations.open(home.resolve("store"));
    take(generations.current());
  }

  private void take(Path directory) {
    try {
      store = new RegisterStore(directory);
      registers = store.load();
    } catch (RocksDBException e) {
      throw broken(e);
    }
  }

  private static SimFailure broken(RocksDBException e) {
    return new SimFailure("the store says: " + e.getMessage(), e);
  }

  @Override
  public LogPosition applied() {
    return registers.applied();
  }

  @Override
  public byte[] config() {
    return registers.config();
  }

  @Override
  public LogPosition durable() {
    try {
      return store.durable();
    } catch (RocksDBException e) {
      throw broken(e);
    }
  }

  @Override
  public long[] apply(List<Entry> entries) {
    long[] answers = entries.stream().mapToLong(registers::apply).toArray();
    try {
      store.save(registers);
    } catch (RocksDBException e) {
      throw broken(e);
    }
    return answers;
  }

  @Override
  public LogPosition flush() {
    try {
      store.flush();
    } catch (RocksDBException e) {
      throw broken(e);
    }
    return durable();
  }

  @Override
  public void crash(SplittableRandom dice, boolean power) {
    if (dice.nextInt(4) == 0) {
      flush();
    }
    store.close();
    try {
      open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Snapshot checkpoint() throws IOException {
    Path directory = home.resolve("checkpoint-" + ++checkpoints);
    try {
      store.checkpoint(directory);
    } catch (RocksDBException e) {
      throw broken(e);
    }
    return new Shipment(directory, applied(), config(), hash());
  }

  @Override
  public void install(Snapshot snapshot) throws IOException {
    Shipment files = (Shipment) snapshot;
    Path old = generations.current();
    Path next = generations.prepare(receive(files));
    crashSometimes("before the new state counts");
    store.close();
    take(next);
    if (!applied().equals(files.position()) || hash() != files.hash()) {
      throw new SimFailure("a snapshot of " + files.position() + " came out as " + applied());
    }
    crashSometimes("after the new state was opened");
    generations.commit(next);
    crashSometimes("before the old state is gone");
    generations.retire(old);
  }

  private void crashSometimes(String when) throws IOException {
    if (random.nextInt(INSTALL_CRASH_ONE_IN) == 0) {
      throw new IOException("crash of an installation " + when);
    }
  }

  /** What shipping leaves: immutable files are links, the others copies. */
  private Path receive(Shipment files) throws IOException {
    Path staged = home.resolve("staged");
    deleteTree(staged);
    Files.createDirectory(staged);
    try (Stream<Path> children = Files.list(files.directory())) {
      for (Path file : children.toList()) {
        Path target = staged.resolve(file.getFileName());
        if (file.toString().endsWith(".sst")) {
          Files.createLink(target, file);
        } else {
          Files.copy(file, target);
        }
      }
    }
    return staged;
  }

  @Override
  public long value(int register) {
    return registers.value(register);
  }

  @Override
  public long hash() {
    return registers.hash();
  }

  @Override
  public void close() {
    store.close();
    try {
      deleteTree(home);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
