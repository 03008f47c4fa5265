package io.kelson.bench.micro;

import io.kelson.raft.core.CoreConfig;
import io.kelson.raft.core.Effects;
import io.kelson.raft.core.Input;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.Proposal;
import io.kelson.raft.core.RaftCore;
import io.kelson.raft.core.RestoredLog;
import io.kelson.raft.core.Role;
import io.kelson.raft.membership.Configuration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the algorithm alone costs: a batch of proposals through three cores until all three have
 * applied it, with a disk and a network that take no time.
 *
 * <p>The score is for the batch; divide by {@code proposals} for one put's share of three members.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class RaftStepBenchmark {
  private static final int PAYLOAD_BYTES = 300;
  private static final int MAX_TICKS_TO_A_LEADER = 1_000;

  /** How many puts one step of the leader takes together. */
  @Param({"1", "16", "256"})
  public int proposals;

  private final Map<Long, RaftCore> cores = new LinkedHashMap<>();
  private final ArrayDeque<Message> network = new ArrayDeque<>();
  private RaftCore leader;
  private long nextProposal;

  @Setup
  public void elect() {
    Configuration configuration = Configuration.of(List.of(1L, 2L, 3L));
    for (long id : configuration.voters()) {
      CoreConfig config = CoreConfig.defaults(id, configuration);
      cores.put(id, new RaftCore(config, RestoredLog.EMPTY, 0, new Random(id)));
    }
    RaftCore candidate = cores.get(1L);
    for (int i = 0; i < MAX_TICKS_TO_A_LEADER && candidate.role() != Role.LEADER; i++) {
      step(candidate, new Input.Tick(0));
      deliverAll();
    }
    leader = candidate;
    requireApplied();
  }

  /**
   * The leader's part alone: it appends a batch, and applies it when its followers, who are not
   * there, say that they have it.
   */
  @Benchmark
  public long leaderAppendsAndHears() {
    step(leader, new Input.Propose(batch()));
    for (Message next = network.poll(); next != null; next = network.poll()) {
      step(leader, new Input.Receive(accept((Message.AppendRequest) next)));
    }
    if (leader.appliedIndex() != leader.lastIndex()) {
      throw new IllegalStateException(leader + " has not applied what it appended");
    }
    return leader.appliedIndex();
  }

  private static Message accept(Message.AppendRequest request) {
    return new Message.AppendResponse(
        request.to(),
        request.from(),
        request.term(),
        true,
        request.prev().index() + request.entries().size(),
        LogPosition.ZERO,
        request.round());
  }

  private List<Proposal> batch() {
    List<Proposal> batch = new ArrayList<>(proposals);
    for (int i = 0; i < proposals; i++) {
      batch.add(new Proposal(nextProposal++, new byte[PAYLOAD_BYTES]));
    }
    return batch;
  }

  /** One batch, from the proposal to the last member's apply. */
  @Benchmark
  public long replicate() {
    step(leader, new Input.Propose(batch()));
    deliverAll();
    // A heartbeat carries the commit index to the followers if nothing has.
    step(leader, new Input.Tick(0));
    deliverAll();
    requireApplied();
    return leader.appliedIndex();
  }

  private void step(RaftCore core, Input input) {
    Effects effects = core.step(input);
    network.addAll(effects.send());
    if (!effects.fetches().isEmpty() || !effects.rejections().isEmpty()) {
      throw new IllegalStateException("not the case to be measured: " + effects);
    }
    if (effects.committed() != null) {
      step(core, new Input.Applied(effects.committed().hi() - 1));
    }
    if (effects.persist() != null) {
      network.addAll(effects.persist().sendAfter());
      step(core, new Input.Persisted(effects.persist().write()));
    }
  }

  private void deliverAll() {
    for (Message next = network.poll(); next != null; next = network.poll()) {
      step(cores.get(next.to()), new Input.Receive(next));
    }
  }

  /** A benchmark of a cluster that does not work would look splendid. */
  private void requireApplied() {
    for (RaftCore core : cores.values()) {
      if (leader.role() != Role.LEADER || core.appliedIndex() != leader.lastIndex()) {
        throw new IllegalStateException(core + " has not applied what " + leader + " appended");
      }
    }
  }
}
