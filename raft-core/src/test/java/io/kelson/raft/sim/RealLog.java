package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RestoredLog;
import io.kelson.raft.log.CrashableDirectory;
import io.kelson.raft.log.Damage;
import io.kelson.raft.log.EntriesUnavailableException;
import io.kelson.raft.log.LogDamagedException;
import io.kelson.raft.log.LogOptions;
import io.kelson.raft.log.LogRefusedException;
import io.kelson.raft.log.SegmentedLog;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * The production log with tiny segments, on a disk in memory whose power can fail. After every
 * crash it has to come back as something the model allows. If durable bytes were harmed it may
 * instead refuse to open, or to be read; then the member is lost.
 */
final class RealLog implements SimLog {
  private static final int MAX_TAIL_BYTES = 600;

  private final SimDisk model = new SimDisk();
  private final CrashableDirectory directory = new CrashableDirectory();
  private final ArrayDeque<PersistBatch> queued = new ArrayDeque<>();
  private final Counters counters;
  private final long salt;

  /** Whether what is synced together is many frames, as if it did not fit into one. */
  private final boolean frameForEachBatch;

  private SegmentedLog log;
  private boolean created;

  /** What was done to durable bytes since the last start that found them all. */
  private Damage.Done harm;

  private boolean refused;

  /** Whether its disk was told to fail since it was opened; a segment may be ill prepared. */
  private boolean failureDrawn;

  /** Whether the process left bytes that the disk may not have. */
  private boolean unsyncedLeft;

  RealLog(Counters counters, long salt) {
    this.counters = counters;
    this.salt = salt;
    this.frameForEachBatch = salt % 2 == 0;
  }

  @Override
  public SimDisk model() {
    return model;
  }

  @Override
  public void queue(PersistBatch batch) {
    model.queue(batch);
    queued.add(batch);
  }

  @Override
  public void write() throws IOException {
    model.write();
    while (!queued.isEmpty()) {
      log.write(queued.poll());
      if (frameForEachBatch && !queued.isEmpty()) {
        log.flush();
      }
    }
  }

  @Override
  public void sync() throws IOException {
    log.sync();
  }

  @Override
  public void idle() throws IOException {
    log.flush();
  }

  @Override
  public List<Entry> read(long lo, long hi) throws IOException {
    try {
      List<Entry> entries = log.read(lo, hi, Long.MAX_VALUE);
      requireWritten(entries);
      return entries;
    } catch (EntriesUnavailableException gone) {
      return List.of();
    } catch (LogDamagedException damaged) {
      requireHarmed(damaged);
      counters.readsRefused++;
      throw damaged;
    }
  }

  /** What is read is what was written, whatever happened to the bytes. */
  private void requireWritten(List<Entry> entries) {
    for (Entry entry : entries) {
      List<Entry> written = model.read(entry.index(), entry.index() + 1);
      boolean comparable = !written.isEmpty() && written.get(0).term() == entry.term();
      if (comparable && !written.get(0).equals(entry)) {
        throw new SimFailure(entry + " was read where " + written.get(0) + " was written");
      }
    }
  }

  private void requireHarmed(IOException says) {
    if (harm == null) {
      throw new SimFailure("nothing was harmed, but the log says: " + says, says);
    }
  }

  @Override
  public void cut(LogPosition upTo) throws IOException {
    model.beginCut(upTo);
    log.cut(upTo);
    model.structureDurable();
  }

  @Override
  public void reset(LogPosition base, HardState promises) throws IOException {
    model.beginReset(base, promises);
    log.reset(base, promises);
    model.structureDurable();
  }

  @Override
  public Damage.Done damage(SplittableRandom random, boolean running) {
    if (!created || harmed()) {
      return null;
    }
    harm = Damage.maybe(directory, new Random(random.nextLong()), running);
    return harm;
  }

  @Override
  public boolean harmed() {
    return harm != null;
  }

  @Override
  public boolean refused() {
    return refused;
  }

  @Override
  public boolean mayFail() {
    return failureDrawn;
  }

  @Override
  public void failSoon(SplittableRandom random) {
    failureDrawn = true;
    if (random.nextBoolean()) {
      directory.losePowerAtStep(1 + random.nextInt(100));
      return;
    }
    CrashableDirectory.Operation[] any = {
      CrashableDirectory.Operation.WRITE,
      CrashableDirectory.Operation.FORCE,
      CrashableDirectory.Operation.FORCE,
      CrashableDirectory.Operation.CREATE,
      CrashableDirectory.Operation.RENAME,
      CrashableDirectory.Operation.SYNC
    };
    directory.failAt(
        any[random.nextInt(any.length)],
        1 + random.nextInt(2),
        random.nextBoolean() ? "Input/output error" : "No space left on device");
  }

  @Override
  public void failNoMore() {
    directory.failAt(CrashableDirectory.Operation.READ, Long.MAX_VALUE, "never");
    directory.losePowerAtStep(Integer.MAX_VALUE);
  }

  @Override
  public void crash(SplittableRandom random, boolean power) {
    switch (random.nextInt(4)) {
      case 0 -> dieBeforeSync();
      case 1, 2 -> {
        if (power) {
          loseInTheMiddle(random);
        }
      }
      default -> {}
    }
    boolean now = power && (!unsyncedLeft || random.nextBoolean());
    settle(random, now || directory.powerLost());
    if (power && !now) {
      startInVain(random);
    }
    queued.clear();
  }

  /** Takes the power away while the writer is busy, at any of its steps. */
  private void loseInTheMiddle(SplittableRandom random) {
    directory.losePowerAtStep(1 + random.nextInt(8));
    try {
      write();
      sync();
    } catch (IOException expected) {
      counters.tornWrites++;
    }
  }

  /** Leaves bytes that a start finds, and that the next failure of the power takes away. */
  private void dieBeforeSync() {
    unsyncedLeft = !queued.isEmpty();
    if (!unsyncedLeft) {
      return;
    }
    try {
      write();
      log.flush();
    } catch (IOException expected) {
      // It had failed before.
      unsyncedLeft = false;
    }
  }

  /** The process is started again at once, and then the power fails. */
  private void startInVain(SplittableRandom random) {
    directory.losePowerAtStep(1 + random.nextInt(6));
    try {
      SegmentedLog.open(logOptions(false));
      directory.losePower();
    } catch (IOException expected) {
      counters.recoveryCrashes++;
    }
    settle(random, true);
    unsyncedLeft = false;
  }

  private void settle(SplittableRandom random, boolean power) {
    if (power) {
      directory.crash(new Random(random.nextLong()));
    } else {
      directory.killProcess();
    }
  }

  @Override
  public void open(SplittableRandom random, boolean faults) throws IOException {
    boolean loses = faults && random.nextInt(4) < (unsyncedLeft ? 3 : 1);
    unsyncedLeft = false;
    if (loses) {
      directory.losePowerAtStep(1 + random.nextInt(6));
    }
    try {
      // Nothing was promised before the first start has come to its end.
      log = SegmentedLog.open(logOptions(!created));
      created = true;
      RestoredLog all = log.restored(Long.MAX_VALUE);
      model.adopt(all.hardState(), all.base(), all.tail());
      harm = null;
      failureDrawn = false;
      if (loses) {
        // It came through; then what it found is durable by now.
        directory.losePower();
        throw new IOException("power lost when the log had just been opened");
      }
    } catch (LogDamagedException | LogRefusedException damaged) {
      requireHarmed(damaged);
      refused = true;
      counters.logsRefused++;
      throw damaged;
    } catch (IOException e) {
      if (directory.powerLost()) {
        settle(random, true);
        counters.recoveryCrashes++;
      }
      throw e;
    }
  }

  @Override
  public RestoredLog restored(SplittableRandom random) throws IOException {
    return log.restored(random.nextInt(4) == 0 ? 0 : random.nextInt(MAX_TAIL_BYTES));
  }

  private LogOptions logOptions(boolean create) {
    return LogOptions.builder(directory)
        .create(create)
        .segmentBytes(16 << 10)
        .bufferBytes(4 << 10)
        .background(Runnable::run)
        .salts(new Random(salt + directory.steps())::nextLong)
        .build();
  }
}
