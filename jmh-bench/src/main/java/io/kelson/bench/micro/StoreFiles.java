package io.kelson.bench.micro;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import io.kelson.api.EtcdError;
import io.kelson.api.PutRequest;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.server.apply.Applier;
import io.kelson.server.apply.ApplyResults;
import io.kelson.server.mvcc.MvccOptions;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.proto.InternalRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Stores to measure, below the working directory's {@code jmh-bench/target}, so that the disk is a
 * real one.
 *
 * <p>Keys are {@code /registry/pods/} and nine digits, values 256 random bytes.
 */
public final class StoreFiles {
  /** Bytes of each value. */
  public static final int VALUE_BYTES = 256;

  private static final long CLUSTER = 0xbe;
  private static final long TERM = 1;
  private static final int FILL_BATCH = 512;

  private StoreFiles() {}

  /** What stores are opened with: what a server uses. */
  public static MvccOptions options() {
    return MvccOptions.defaults(CLUSTER);
  }

  /**
   * The directory of a store with so many keys, filled at the first use and kept: only read it.
   *
   * @throws IOException if the disk cannot be used
   */
  public static Path filled(int keys) throws IOException {
    Path directory = parent().resolve("store-" + keys);
    Path complete = parent().resolve("store-" + keys + ".complete");
    if (!Files.exists(complete)) {
      delete(directory);
      try (MvccStore store = MvccStore.open(directory, options())) {
        Applier applier = applier(store);
        Random random = new Random(keys);
        for (int at = 0; at < keys; at += FILL_BATCH) {
          List<Entry> batch = new ArrayList<>(FILL_BATCH);
          long index = store.applied().index();
          for (int i = at; i < Math.min(keys, at + FILL_BATCH); i++) {
            batch.add(put(++index, i, random));
          }
          applier.apply(batch);
        }
      }
      Files.createFile(complete);
    }
    return directory;
  }

  /** A new empty directory for a store; delete it afterwards. */
  public static Path fresh() throws IOException {
    return Files.createTempDirectory(parent(), "store").resolve("store");
  }

  private static Path parent() throws IOException {
    return Files.createDirectories(Path.of("jmh-bench", "target", "micro"));
  }

  /** Deletes a directory and all that is in it, if there is one. */
  public static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** The key of that number. */
  public static ByteString key(int number) {
    return ByteString.copyFromUtf8("/registry/pods/%09d".formatted(number));
  }

  /** A log entry that puts a key. */
  public static Entry put(long index, int number, Random random) {
    byte[] value = new byte[VALUE_BYTES];
    random.nextBytes(value);
    InternalRequest request =
        InternalRequest.newBuilder()
            .setId(index)
            .setPut(
                PutRequest.newBuilder()
                    .setKey(key(number))
                    .setValue(UnsafeByteOperations.unsafeWrap(value)))
            .build();
    return new Entry(TERM, index, EntryType.NORMAL, request.toByteArray());
  }

  /** Applies to a store, with somebody waiting for every result, as on a busy leader. */
  public static Applier applier(MvccStore store) {
    return new Applier(store, CLUSTER, 1, new EverybodyWaits(), changes -> {});
  }

  private static final class EverybodyWaits implements ApplyResults {
    private int bytes;

    @Override
    public boolean isWaiting(long requestId) {
      return true;
    }

    @Override
    public void succeeded(long requestId, MessageLite response) {
      bytes += response.getSerializedSize();
    }

    @Override
    public void failed(long requestId, EtcdError error) {
      throw new IllegalStateException("a put was refused: " + error.text());
    }

    @Override
    public void flush() {
      if (bytes == 0) {
        throw new IllegalStateException("nothing was answered");
      }
    }
  }
}
