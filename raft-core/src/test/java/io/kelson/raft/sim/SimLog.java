package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RestoredLog;
import io.kelson.raft.log.Damage;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The log under a simulated member: a model alone, or the production log on a disk that crashes,
 * with the model beside it. The calls follow the log writer's: some batches are written, then
 * synced together, while the next ones queue up.
 */
interface SimLog {
  /** What a correct log holds; the invariants are measured against it. */
  SimDisk model();

  /** Takes a batch into the writer's queue. */
  void queue(PersistBatch batch);

  /** The writer hands every queued batch to the file. */
  void write() throws IOException;

  /** The writer syncs what it has written. */
  void sync() throws IOException;

  /** The writer has nothing else to do. */
  void idle() throws IOException;

  /** Entries [lo, hi), or fewer if they are not all there. */
  List<Entry> read(long lo, long hi) throws IOException;

  /** The power fails, or only the process dies and what was written stays written. */
  void crash(SplittableRandom random, boolean power);

  /** Forgets the entries up to a position, durably; nothing if they are forgotten already. */
  void cut(LogPosition upTo) throws IOException;

  /** Forgets everything and begins anew, durably, once nothing is left to be written. */
  void reset(LogPosition base, HardState promises) throws IOException;

  /**
   * The member starts again, and the log with it.
   *
   * @throws IOException if the start failed by a fault that was injected; another may succeed
   */
  void open(SplittableRandom random, boolean faults) throws IOException;

  /** What a member finds when it starts. */
  RestoredLog restored(SplittableRandom random) throws IOException;

  /** Lets the disk report an error at some operation soon, or lose its power. */
  void failSoon(SplittableRandom random);

  /** The disk reports no more errors than it has. */
  void failNoMore();

  /**
   * Harms bytes that were durable.
   *
   * @param running whether the member is up
   * @return what was done, or null for nothing
   */
  default Damage.Done damage(SplittableRandom random, boolean running) {
    return null;
  }

  /** Whether it was harmed, and no start since has found everything in its place. */
  default boolean harmed() {
    return false;
  }

  /** Whether an error that was injected may still come to light. */
  default boolean mayFail() {
    return false;
  }

  /** Whether a start has found it harmed: the member is lost for good. */
  default boolean refused() {
    return false;
  }
}
