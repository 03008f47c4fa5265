package io.kelson.bench;

import io.kelson.api.RangeRequest;
import io.kelson.bench.micro.StoreFiles;
import io.kelson.bench.micro.WatcherCrowd;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.StoreView;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Random;

/**
 * Measures once, in a JVM of its own, what cannot be repeated in one: how long a store takes to
 * open, and what stays in memory. Prints one number per line, after its name.
 */
public final class StoreProbe {
  private static final int READS = 10_000;

  private StoreProbe() {}

  /**
   * Runs one probe.
   *
   * @param arguments {@code open} and a number of keys, or {@code watchers} and a number of them
   */
  public static void main(String[] arguments) throws IOException {
    int number = Integer.parseInt(arguments[1]);
    if (arguments[0].equals("open")) {
      open(number);
    } else {
      watchers(number);
    }
  }

  private static void open(int keys) throws IOException {
    var directory = StoreFiles.filled(keys);
    long start = System.nanoTime();
    try (MvccStore store = MvccStore.open(directory, StoreFiles.options())) {
      long opened = System.nanoTime();
      Random random = new Random(1);
      for (int i = 0; i < READS; i++) {
        try (StoreView view = store.acquireView()) {
          view.range(
              RangeRequest.newBuilder().setKey(StoreFiles.key(random.nextInt(keys))).build());
        }
      }
      System.out.println("openMillis " + (opened - start) / 1_000_000);
      System.out.println("heapMegabytes " + usedMegabytes());
    }
  }

  private static void watchers(int watchers) {
    long before = usedMegabytes();
    WatcherCrowd crowd = WatcherCrowd.of(watchers);
    long used = usedMegabytes() - before;
    System.out.println("watchers " + crowd.hub().stats().watchers());
    System.out.println("watcherMegabytes " + used);
  }

  private static long usedMegabytes() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed() >> 20;
  }
}
