package io.kelson.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Leases kept alive over streams; each belongs to one stream. */
final class KeepAlives implements AutoCloseable {
  private final Wires wires;
  private final List<KeepAliveStream> streams = new ArrayList<>();
  private final int leases;

  /**
   * Streams over the connections of a plan, which are opened with the first phase.
   *
   * @param ids of the leases; streams take consecutive ones
   */
  KeepAlives(LoadPlan plan, long[] ids, int streamCount) {
    this.wires = Wires.connect(plan);
    this.leases = ids.length;
    int count = Math.min(streamCount, ids.length);
    for (int i = 0; i < count; i++) {
      Wire wire = wires.of(i);
      long[] share = Arrays.copyOfRange(ids, from(i, count), from(i + 1, count));
      streams.add(new KeepAliveStream(wire.loop(), wire.channel(wires.channelOf(i)), share));
    }
  }

  private int from(int stream, int count) {
    return (int) ((long) leases * stream / count);
  }

  /**
   * Keeps alive in a closed loop.
   *
   * @param inFlight keepalives unanswered at a time, over all streams
   * @param total how many at most
   */
  Tally phase(String name, long endNanos, int inFlight, long total, ProgressLine progress)
      throws InterruptedException {
    long startNanos = System.nanoTime();
    List<CompletableFuture<Tally>> running = new ArrayList<>();
    int count = streams.size();
    for (int i = 0; i < count; i++) {
      long share = total == Long.MAX_VALUE ? total : total * (i + 1) / count - total * i / count;
      int clients = (int) ((long) inFlight * (i + 1) / count - (long) inFlight * i / count);
      running.add(
          streams.get(i).run(new Phase(startNanos, endNanos, share, Math.max(1, clients), 0, 1)));
    }
    long before = finished();
    Vigil vigil = new Vigil(name, () -> finished() - before, () -> 0, Vigil.STALLED, progress);
    vigil.keep(CompletableFuture.allOf(running.toArray(new CompletableFuture<?>[0])), wires::abort);
    Tally sum = new Tally(startNanos);
    running.forEach(tally -> sum.add(tally.join()));
    return sum;
  }

  /** Every lease once, in the shares of the streams. */
  Tally once(ProgressLine progress) throws InterruptedException {
    // Shares of the total are cut like the shares of the leases, so that each comes once.
    long far = System.nanoTime() + Vigil.STALLED.multipliedBy(1_000).toNanos();
    return phase("renewal", far, leases, leases, progress);
  }

  /** When the leases were last asked for, by number. */
  long[] sentNanos() {
    return gather(true);
  }

  /** When they were last answered. */
  long[] answeredNanos() {
    return gather(false);
  }

  private long[] gather(boolean sent) {
    long[] all = new long[leases];
    for (int i = 0; i < streams.size(); i++) {
      int from = from(i, streams.size());
      for (int j = 0; from + j < from(i + 1, streams.size()); j++) {
        all[from + j] = sent ? streams.get(i).sentNanos(j) : streams.get(i).answeredNanos(j);
      }
    }
    return all;
  }

  private long finished() {
    return streams.stream().mapToLong(KeepAliveStream::finished).sum();
  }

  @Override
  public void close() {
    wires.close();
  }
}
