package io.kelson.server.rpc;

import io.kelson.api.EtcdError;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.runtime.ReadWaiter;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets reads wait until what this member holds is fresh (thesis, section 6.4).
 *
 * <p>Reads that arrive on an event loop while it works through what its sockets brought share one
 * question to consensus, and one task brings them all back: a read costs no message of its own.
 * Asking again is safe, so a question that failed for want of a leader is repeated until the reads'
 * time is up.
 *
 * <p>A lane's state is touched by its event loop only.
 */
public final class LinearizableReads {
  private static final Logger LOG = LoggerFactory.getLogger(LinearizableReads.class);

  private final ConsensusNode node;
  private final LeaderWatch leader;
  private final LongSupplier nanoTime;
  private final long timeoutNanos;
  private final LongAdder reads = new LongAdder();
  private final LongAdder questions = new LongAdder();
  private final LongAdder repeats = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final Map<EventExecutor, Lane> lanes = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  LinearizableReads(
      ConsensusNode node, LeaderWatch leader, LongSupplier nanoTime, long timeoutNanos) {
    this.node = node;
    this.leader = leader;
    this.nanoTime = nanoTime;
    this.timeoutNanos = timeoutNanos;
  }

  /** A read that waits. Exactly one method is called, once, on the executor it came with. */
  public interface Read {
    /** What this member holds from now on is fresh. */
    void ready();

    /** It could not be confirmed in time. */
    void failed(EtcdError error);
  }

  /**
   * Waits until a local read is linearizable.
   *
   * @param executor where the read continues; best the one this is called on
   */
  public void submit(EventExecutor executor, Read read) {
    Lane lane = lanes.computeIfAbsent(executor, Lane::new);
    if (executor.inEventLoop()) {
      lane.add(read);
    } else {
      lane.execute(() -> lane.add(read));
    }
  }

  /** A leader is known again; called on the raft loop. */
  void leaderElected() {
    lanes.values().forEach(lane -> lane.execute(lane::askAgain));
  }

  /** Time passed; called every 100 ms or so. */
  void tick() {
    lanes.values().forEach(lane -> lane.execute(lane::tick));
  }

  /** Answers everybody with {@code server stopped}; nobody is let in any more. */
  void stop() {
    stopped = true;
    lanes.values().forEach(lane -> lane.execute(() -> lane.failAll(EtcdError.STOPPED)));
  }

  /** How many reads there were. */
  long reads() {
    return reads.sum();
  }

  /** How many questions those shared; repeats are not counted. */
  long questions() {
    return questions.sum();
  }

  /** How often a question had to be asked again, for want of a leader or because it changed. */
  long repeats() {
    return repeats.sum();
  }

  /** How many questions were given up: no answer in time, or too much was waiting. */
  long failures() {
    return failures.sum();
  }

  /** The reads of one event loop. */
  private final class Lane {
    private final EventExecutor executor;
    private final Queue<Batch> asked = new ArrayDeque<>();
    private Batch gathering;

    Lane(EventExecutor executor) {
      this.executor = executor;
    }

    void execute(Runnable task) {
      try {
        executor.execute(task);
      } catch (RejectedExecutionException e) {
        LOG.debug("reads are dropped: their event loop has stopped", e);
      }
    }

    void add(Read read) {
      if (stopped) {
        read.failed(EtcdError.STOPPED);
        return;
      }
      if (gathering == null) {
        gathering = new Batch(nanoTime.getAsLong());
        execute(this::askGathered);
      }
      gathering.reads.add(read);
    }

    private void askGathered() {
      Batch batch = gathering;
      gathering = null;
      if (stopped) {
        batch.fail(EtcdError.STOPPED);
        return;
      }
      asked.add(batch);
      reads.add(batch.reads.size());
      questions.increment();
      ask(batch);
    }

    private void ask(Batch batch) {
      batch.mayAskAgain = false;
      if (!node.read(new Question(this, batch))) {
        asked.remove(batch);
        failures.increment();
        batch.fail(EtcdError.TOO_MANY_REQUESTS);
      }
    }

    void askAgain() {
      List.copyOf(asked).stream().filter(batch -> batch.mayAskAgain).forEach(this::repeat);
    }

    private void repeat(Batch batch) {
      repeats.increment();
      ask(batch);
    }

    void answered(Batch batch) {
      if (asked.remove(batch)) {
        batch.succeed();
      }
    }

    void refused(Batch batch, Rejection.Reason reason) {
      batch.mayAskAgain = true;
      if (reason == Rejection.Reason.LEADER_CHANGED
          && leader.hasLeader()
          && asked.contains(batch)) {
        repeat(batch);
      }
    }

    void tick() {
      long now = nanoTime.getAsLong();
      Iterator<Batch> oldestFirst = asked.iterator();
      while (oldestFirst.hasNext()) {
        Batch batch = oldestFirst.next();
        if (now - batch.startNanos < timeoutNanos) {
          break;
        }
        oldestFirst.remove();
        failures.increment();
        batch.fail(leader.timeout(batch.startNanos));
      }
      if (leader.hasLeader()) {
        askAgain();
      }
    }

    void failAll(EtcdError error) {
      asked.forEach(batch -> batch.fail(error));
      asked.clear();
    }
  }

  /** Reads that share one question; touched by their lane's event loop only. */
  private static final class Batch {
    private final long startNanos;
    private final List<Read> reads = new ArrayList<>();
    private boolean mayAskAgain;

    Batch(long startNanos) {
      this.startNanos = startNanos;
    }

    void succeed() {
      reads.forEach(read -> runSafely(read::ready));
    }

    void fail(EtcdError error) {
      reads.forEach(read -> runSafely(() -> read.failed(error)));
    }

    /** One caller's trouble must not keep the others from their answers. */
    private static void runSafely(Runnable answer) {
      try {
        answer.run();
      } catch (RuntimeException e) {
        LOG.warn("a read could not be answered", e);
      }
    }
  }

  /** One question for a batch; called on node threads. */
  private record Question(Lane lane, Batch batch) implements ReadWaiter {
    @Override
    public void ready() {
      lane.execute(() -> lane.answered(batch));
    }

    @Override
    public void failed(Rejection.Reason reason) {
      lane.execute(() -> lane.refused(batch, reason));
    }
  }
}
