package io.kelson.chaos.nemesis;

import io.grpc.StatusRuntimeException;
import io.kelson.api.KVGrpc;
import io.kelson.api.RangeRequest;
import io.kelson.chaos.MemberMetrics;
import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * A stream of many watches of everything that is not read, while another that is read hears the
 * same. Many watches make small writes fill what the member keeps for the stream.
 *
 * <p>It adds no writes of its own: every revision of a run has to be somebody's call.
 */
final class SlowWatcher implements Nemesis {
  private static final int FEWEST_WATCHES = 4;
  private static final int MOST_WATCHES = 512;

  /** What Kelson keeps for a stream unless it is told otherwise. */
  private static final long QUEUE_BYTES = 4 << 20;

  /** What a small event of a watch costs there, at least. */
  private static final long EVENT_BYTES = 128;

  private static final int RATE_MILLIS = 500;
  private static final int CALL_SECONDS = 2;
  private static final int OPEN_MILLIS = 5_000;
  private static final int READ_ON_MILLIS = 60_000;
  private static final int STEP_MILLIS = 20;

  private final Lasting lasting;

  SlowWatcher(Lasting lasting) {
    this.lasting = lasting;
  }

  @Override
  public String name() {
    return "slow-watcher";
  }

  @Override
  public String describe() {
    return "a stream of many watches of everything is not read for a while";
  }

  @Override
  public Set<Ability> needs() {
    return Set.of();
  }

  @Override
  public Strike strike(ChaosCluster cluster, RandomGenerator random) throws InterruptedException {
    int member = random.nextInt(cluster.size());
    ProcessNemeses.requireRunning(cluster, List.of(member), null);
    String endpoint = cluster.endpoint(member);
    Duration length = lasting.draw(random);
    long before = revision(cluster, member);
    Thread.sleep(RATE_MILLIS);
    long start = revision(cluster, member) + 1;
    int watches = watches((start - 1 - before) * 1_000 / RATE_MILLIS, length);
    CountedWatches slow = new CountedWatches(endpoint, watches, start);
    CountedWatches read = new CountedWatches(endpoint, 1, start);
    if (!await(OPEN_MILLIS, () -> slow.created() && read.created())) {
      slow.close();
      read.close();
      throw new IllegalStateException("member " + member + " takes no watches just now");
    }
    slow.pause();
    return new Fault(
        watches + " watches on one stream of member " + member + " are not read",
        length,
        () -> {
          try (slow;
              read) {
            return readOn(member, watches, MemberMetrics.of(endpoint), slow, read);
          }
        });
  }

  /**
   * So many that the member's bound is reached in a third of the time, and no more: each of them
   * has to hear everything in the end.
   */
  static int watches(long revisionsPerSecond, Duration length) {
    long revisions = Math.max(1, revisionsPerSecond * length.toMillis() / 3_000);
    long wanted = QUEUE_BYTES / EVENT_BYTES / revisions;
    return (int) Math.min(MOST_WATCHES, Math.max(FEWEST_WATCHES, wanted));
  }

  /**
   * Reads what has waited and compares.
   *
   * @throws IllegalStateException if the two did not hear the same
   */
  private static Optional<String> readOn(
      int member, int watches, MemberMetrics metrics, CountedWatches slow, CountedWatches read)
      throws InterruptedException {
    OptionalLong behind = metrics.value(MemberMetrics.SLOW_WATCHERS);
    OptionalLong queued = metrics.value(MemberMetrics.WATCH_QUEUE_BYTES);
    long wanted = read.heard();
    long late = slow.heard();
    slow.resume();
    await(READ_ON_MILLIS, () -> slow.heard() >= wanted || slow.isOver());
    slow.difference(read, Math.min(slow.heard(), wanted))
        .ifPresent(
            difference -> {
              throw new IllegalStateException(
                  "slow watches of member " + member + " did not hear it all: " + difference);
            });
    // A few may be behind anyway, such as one that has just begun in the past.
    if (behind.orElse(0) < Math.max(1, watches / 2) || slow.isOver() || slow.heard() < wanted) {
      return Optional.empty();
    }
    String kept = queued.isPresent() ? " and kept " + queued.getAsLong() + " bytes for them" : "";
    return Optional.of(
        "member %d said that %d watchers were behind%s; they read on from %d to %d without a gap"
            .formatted(member, behind.getAsLong(), kept, late, wanted));
  }

  private static long revision(ChaosCluster cluster, int member) {
    try (Witness witness = new Witness(cluster)) {
      return KVGrpc.newBlockingStub(witness.channel(member))
          .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
          .range(RangeRequest.newBuilder().setKey(LoadNemeses.NO_KEY).setSerializable(true).build())
          .getHeader()
          .getRevision();
    } catch (StatusRuntimeException e) {
      throw new IllegalStateException("member " + member + " does not answer just now", e);
    }
  }

  private static boolean await(int millis, BooleanSupplier done) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!done.getAsBoolean() && System.nanoTime() - end < 0) {
      Thread.sleep(STEP_MILLIS);
    }
    return done.getAsBoolean();
  }
}
