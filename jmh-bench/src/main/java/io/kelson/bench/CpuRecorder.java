package io.kelson.bench;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Reads the CPU time of processes ten times a second, on a thread of its own. */
final class CpuRecorder implements AutoCloseable {
  private static final long PERIOD_MILLIS = 100;

  private final List<Long> pids;
  private final List<Reading> readings = new ArrayList<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("cpu-recorder", true));

  private record Reading(long nanos, long micros) {}

  private CpuRecorder(List<Long> pids) {
    this.pids = pids;
  }

  /** Begins; with no processes it has nothing to do. */
  static CpuRecorder start(List<Long> pids) {
    CpuRecorder recorder = new CpuRecorder(pids);
    if (!pids.isEmpty()) {
      recorder.thread.scheduleAtFixedRate(recorder::read, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }
    return recorder;
  }

  /** If a process has ended this throws, and no more is read: whoever asks for the cost is told. */
  private synchronized void read() {
    readings.add(new Reading(System.nanoTime(), CpuMeter.micros(pids)));
  }

  /** What was read, and what is read now; once. */
  CpuCourse stop() {
    close();
    if (pids.isEmpty()) {
      return CpuCourse.UNKNOWN;
    }
    read();
    synchronized (this) {
      return new CpuCourse(
          readings.stream().mapToLong(Reading::nanos).toArray(),
          readings.stream().mapToLong(Reading::micros).toArray());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
