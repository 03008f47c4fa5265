package io.kelson.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.kelson.api.EtcdError;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.core.Role;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import io.kelson.raft.membership.ConfigurationChange;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.server.config.ClusterSettings;
import io.kelson.server.membership.Members.Peer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes against a consensus that refuses as told and otherwise applies at once. */
class MemberChangesTest {
  private static final ConfigEntry INITIAL =
      new ConfigEntry(
          Configuration.of(List.of(1L)),
          new Members(List.of(new Peer(1, List.of("http://a:1"), false)), List.of(), Set.of(), 0)
              .encode());

  private final Set<Long> connected = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Long> voted = new CompletableFuture<>();
  private final Scripted consensus = new Scripted();
  private final Roster roster = new Roster(1, INITIAL, INITIAL, new Events());
  private final MemberChanges changes =
      new MemberChanges(
          consensus,
          new MemberChanges.Others() {
            @Override
            public Set<Long> started() {
              return Set.of();
            }

            @Override
            public boolean isConnected(long id) {
              return connected.contains(id);
            }
          },
          roster,
          "token",
          60_000,
          () -> 1_700_000_000,
          ClusterSettings.DEFAULT);

  @BeforeEach
  void start() {
    changes.start();
  }

  @AfterEach
  void close() {
    changes.close();
  }

  @Test
  void aChangeThatHasToWaitIsAskedForAgain() throws Exception {
    consensus.refusals.add(Rejection.Reason.CHANGE_PENDING);
    consensus.refusals.add(Rejection.Reason.NOT_READY);
    Peer added = add(false).get(60, TimeUnit.SECONDS).orElseThrow();
    assertThat(added.peerUrls()).containsExactly("http://b:1");
    assertThat(changes.view().applied().configuration().learners()).containsExactly(added.id());
    assertThat(consensus.refusals).isEmpty();
  }

  @Test
  void aVoterIsGivenItsVoteOnceItIsThereAndHasCaughtUp() throws Exception {
    long id = add(false).get(60, TimeUnit.SECONDS).orElseThrow().id();
    consensus.refusals.add(Rejection.Reason.NOT_CAUGHT_UP);
    connected.add(id);
    assertThat(voted.get(60, TimeUnit.SECONDS)).isEqualTo(id);
    assertThat(changes.view().members().find(id).orElseThrow().becomesVoter()).isFalse();
    assertThat(consensus.refusals).isEmpty();
  }

  @Test
  void aLearnerThatLagsIsNotPromoted() throws Exception {
    long id = add(true).get(60, TimeUnit.SECONDS).orElseThrow().id();
    consensus.refusals.add(Rejection.Reason.NOT_CAUGHT_UP);
    Result promoted = new Result();
    changes.promote(id, promoted);
    assertThat(error(promoted)).isEqualTo(EtcdError.LEARNER_NOT_READY);
  }

  @Test
  void onlyALeaderChangesMembers() throws Exception {
    consensus.role = Role.FOLLOWER;
    assertThat(error(add(false))).isEqualTo(EtcdError.NOT_LEADER);
  }

  @Test
  void whoeverWaitsWhenItStopsIsTold() throws Exception {
    consensus.silent = true;
    Result waiting = add(false);
    consensus.asked.get(60, TimeUnit.SECONDS);
    Result queued = add(true);
    changes.close();
    assertThat(error(waiting)).isEqualTo(EtcdError.STOPPED);
    assertThat(error(queued)).isEqualTo(EtcdError.STOPPED);
    assertThat(error(add(false))).isEqualTo(EtcdError.STOPPED);
  }

  private Result add(boolean isLearner) {
    Result result = new Result();
    changes.add(List.of("http://b:1"), isLearner, result);
    return result;
  }

  private static EtcdError error(Result result) throws Exception {
    try {
      throw new AssertionError("done: " + result.get(60, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      return EtcdError.ofText(((StatusRuntimeException) e.getCause()).getStatus().getDescription());
    }
  }

  private static final class Result extends CompletableFuture<Optional<Peer>>
      implements MemberChanges.Outcome {
    @Override
    public void done(Optional<Peer> added, Roster.View after) {
      complete(added);
    }

    @Override
    public void failed(EtcdError error) {
      completeExceptionally(error.asException());
    }
  }

  private final class Scripted implements MemberChanges.Consensus {
    private final Queue<Rejection.Reason> refusals = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private volatile Role role = Role.LEADER;
    private volatile boolean silent;

    @Override
    public RaftStatus status() {
      return new RaftStatus(1, role, 1, 1, 1, 1, 1, 1);
    }

    @Override
    public void changeConfiguration(long id, ConfigurationChange target, byte[] context) {
      asked.complete(null);
      if (silent) {
        return;
      }
      Rejection.Reason refusal = refusals.poll();
      if (refusal != null) {
        changes.rejected(new Rejection(Rejection.What.CONFIGURATION, id, refusal));
        return;
      }
      ConfigEntry entry =
          new ConfigEntry(
              new Configuration(target.voters(), List.of(), target.learners()), context);
      roster.inForce(entry);
      roster.applied(entry);
      target.voters().stream().filter(voter -> voter != 1).forEach(voted::complete);
    }
  }

  private final class Events implements Roster.Listener {
    @Override
    public void peersChanged(Map<Long, List<String>> peerUrls, Set<Long> removed) {}

    @Override
    public void changeApplied(long changeId) {
      changes.applied(changeId);
    }

    @Override
    public void selfRemoved() {}
  }
}
