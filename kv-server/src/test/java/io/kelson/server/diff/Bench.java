package io.kelson.server.diff;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Where sequences are run: keeps a pair as long as its sides agree, and then takes a fresh one. */
final class Bench implements AutoCloseable {
  /** Sequences after which the stores are thrown away. */
  private static final int SEQUENCES_PER_PAIR = 50;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final EtcdProgram program;
  private final Path folder;
  private final int kelsonMembers;
  private Pair pair;
  private int sequences;
  private String about = "";

  Bench(EtcdProgram program, Path folder, int kelsonMembers) {
    this.program = program;
    this.folder = folder;
    this.kelsonMembers = kelsonMembers;
  }

  /** Runs a seed's steps, or some of them. */
  void run(List<Step> steps, Tally tally, long seed)
      throws Divergence, IOException, InterruptedException {
    if (pair == null || sequences >= SEQUENCES_PER_PAIR) {
      refresh();
    }
    sequences++;
    boolean agreed = false;
    try {
      Session.run(steps, pair, tally, Math.floorMod(seed, 3));
      agreed = true;
    } finally {
      if (!agreed) {
        close();
      }
    }
  }

  private void refresh() throws Divergence, IOException, InterruptedException {
    close();
    Path home = Files.createTempDirectory(folder, "pair");
    Server etcd = program.start(home);
    try {
      pair = new Pair(etcd, KelsonCluster.start(home, kelsonMembers), PATIENCE);
    } finally {
      if (pair == null) {
        etcd.close();
      }
    }
    pair.begin();
    sequences = 0;
    about = "etcd " + pair.etcd().version();
  }

  /** Which etcd; empty before anything has run. */
  String about() {
    return about;
  }

  @Override
  public void close() {
    if (pair != null) {
      pair.close();
      pair = null;
    }
  }
}
