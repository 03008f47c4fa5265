package io.kelson.raft.core;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.VoteResponse;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/**
 * Member 1 of a cluster, brought into a state by a few words; elections after exactly ten ticks,
 * heartbeats every three.
 */
final class MemberFixture {
  private final MemberDisk disk = new MemberDisk();
  private Configuration configuration = Configuration.of(List.of(1L, 2L, 3L));
  private long term;
  private long vote;
  private long commit;
  private long applied;
  private int maxAppendBytes = 1 << 16;
  private int maxInflightMessages = 8;
  private long maxUncommittedBytes = 1 << 20;
  private long entryCacheBytes = 1 << 20;
  private int maxApplyBytes = 1 << 20;
  private long readLeaseNanos;
  private RandomGenerator random = new FixedRandom(0);

  static MemberFixture member() {
    return new MemberFixture();
  }

  MemberFixture of(int size) {
    configuration = Configuration.of(LongStream.rangeClosed(1, size).boxed().toList());
    return this;
  }

  MemberFixture of(Configuration members) {
    configuration = members;
    return this;
  }

  /** A log with entries of these terms, from index 1. */
  MemberFixture log(long... terms) {
    disk.write(new PersistBatch(1, null, entries(1, terms), List.of(), true));
    term = Math.max(term, terms.length == 0 ? 0 : terms[terms.length - 1]);
    return this;
  }

  MemberFixture term(long value) {
    term = value;
    return this;
  }

  MemberFixture vote(long value) {
    vote = value;
    return this;
  }

  MemberFixture commit(long value) {
    commit = value;
    return this;
  }

  MemberFixture applied(long value) {
    applied = value;
    commit = Math.max(commit, value);
    return this;
  }

  MemberFixture maxAppendBytes(int value) {
    maxAppendBytes = value;
    return this;
  }

  MemberFixture maxInflightMessages(int value) {
    maxInflightMessages = value;
    return this;
  }

  MemberFixture maxUncommittedBytes(long value) {
    maxUncommittedBytes = value;
    return this;
  }

  MemberFixture entryCacheBytes(long value) {
    entryCacheBytes = value;
    return this;
  }

  MemberFixture maxApplyBytes(int value) {
    maxApplyBytes = value;
    return this;
  }

  MemberFixture readLease(long nanos) {
    readLeaseNanos = nanos;
    return this;
  }

  /** What election timeouts are drawn from, in place of exactly ten ticks. */
  MemberFixture random(RandomGenerator value) {
    random = value;
    return this;
  }

  RaftCore start() {
    CoreConfig config =
        new CoreConfig(
                1,
                configuration,
                10,
                3,
                maxAppendBytes,
                maxInflightMessages,
                1 << 18,
                maxUncommittedBytes,
                entryCacheBytes,
                maxApplyBytes)
            .withReadLease(readLeaseNanos);
    disk.baseConfig(ConfigEntry.of(configuration));
    RestoredLog found = disk.restored(1000);
    RestoredLog restored =
        new RestoredLog(
            new HardState(term, vote, commit),
            found.base(),
            found.last(),
            found.termRuns(),
            found.tail(),
            found.baseConfig(),
            found.configEntries());
    return new RaftCore(config, restored, applied, random);
  }

  /** Follows member 2 in the current term. */
  RaftCore follower() {
    RaftCore core = start();
    receive(core, append(core, core.lastPosition()));
    return core;
  }

  RaftCore preCandidate() {
    RaftCore core = start();
    tick(core, 10);
    return core;
  }

  /** A candidate whose own vote is durable. */
  RaftCore candidate() {
    RaftCore core = preCandidate();
    Effects effects = null;
    for (long voter : core.configuration().members()) {
      if (voter != 1 && core.role() == Role.PRE_CANDIDATE) {
        effects = receive(core, new VoteResponse(voter, 1, core.term() + 1, true, true));
      }
    }
    core.step(new Input.Persisted(effects.persist().write()));
    return core;
  }

  /** A leader whose first entry is durable, and committed by everybody. */
  RaftCore leader() {
    RaftCore core = freshLeader();
    core.step(new Input.Persisted(2));
    for (long id : core.configuration().members()) {
      if (id != 1) {
        receive(core, accepted(core, id, core.lastIndex()));
      }
    }
    core.step(new Input.Applied(core.commitIndex()));
    return core;
  }

  /** A leader that has just won. */
  RaftCore freshLeader() {
    RaftCore core = candidate();
    for (long voter : core.configuration().members()) {
      if (voter != 1 && core.role() == Role.CANDIDATE) {
        receive(core, new VoteResponse(voter, 1, core.term(), false, true));
      }
    }
    return core;
  }

  static Effects receive(RaftCore core, Message message) {
    return core.step(new Input.Receive(message));
  }

  /** Ticks; returns what the last one brought. */
  static Effects tick(RaftCore core, int times) {
    Effects effects = Effects.NONE;
    for (int i = 0; i < times; i++) {
      effects = core.step(new Input.Tick(0));
    }
    return effects;
  }

  static Effects propose(RaftCore core, String... commands) {
    List<Proposal> proposals = new ArrayList<>();
    for (String command : commands) {
      proposals.add(new Proposal(proposals.size() + 1, command.getBytes(StandardCharsets.UTF_8)));
    }
    return core.step(new Input.Propose(proposals));
  }

  /** What leader 2 sends to member 1 in its current term. */
  static AppendRequest append(RaftCore core, LogPosition prev, Entry... entries) {
    return append(core.term(), prev, 0, entries);
  }

  static AppendRequest append(long term, LogPosition prev, long commit, Entry... entries) {
    return new AppendRequest(2, 1, Math.max(1, term), prev, List.of(entries), commit, 0);
  }

  static AppendResponse accepted(RaftCore core, long from, long match) {
    return accepted(core, from, match, 0);
  }

  static AppendResponse accepted(RaftCore core, long from, long match, long round) {
    return new AppendResponse(from, 1, core.term(), true, match, LogPosition.ZERO, round);
  }

  static AppendResponse refused(RaftCore core, long from, long index, LogPosition hint) {
    return new AppendResponse(from, 1, core.term(), false, index, hint, 0);
  }

  static LogPosition at(long term, long index) {
    return new LogPosition(term, index);
  }

  static Entry entry(long term, long index) {
    return new Entry(term, index, EntryType.NORMAL, new byte[] {(byte) index});
  }

  static List<Entry> entries(long first, long... terms) {
    List<Entry> entries = new ArrayList<>();
    for (long term : terms) {
      entries.add(entry(term, first + entries.size()));
    }
    return entries;
  }
}
