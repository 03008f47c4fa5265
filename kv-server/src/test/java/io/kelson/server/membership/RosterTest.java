package io.kelson.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import io.kelson.server.membership.Members.Peer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who is known and reachable while configurations come and go. */
class RosterTest {
  private final Heard heard = new Heard();

  @Test
  void aMemberThatCatchesUpKeepsSightOfThosePresent() {
    ConfigEntry told = entry(1, Set.of(), List.of(2L, 3L), List.of(4L), 2, 3, 4);
    Roster roster = new Roster(4, told, told, heard);
    roster.inForce(entry(0, Set.of(), List.of(1L), List.of(), 1));
    assertThat(heard.peers.keySet()).containsExactlyInAnyOrder(1L, 2L, 3L);
    roster.applied(entry(5, Set.of(1L), List.of(2L, 3L), List.of(4L), 2, 3, 4));
    assertThat(heard.peers.keySet()).containsExactlyInAnyOrder(2L, 3L);
    assertThat(heard.removed).containsExactly(1L);
    assertThat(heard.selfRemoved).isZero();
  }

  @Test
  void whoLeavesIsReachedUntilTheFinalConfigurationIsApplied() {
    ConfigEntry initial = entry(0, Set.of(), List.of(1L, 2L), List.of(), 1, 2);
    Roster roster = new Roster(1, initial, initial, heard);
    Members after = new Members(List.of(peer(1)), List.of(peer(2)), Set.of(2L), 9);
    Configuration joint = new Configuration(List.of(1L), List.of(1L, 2L), List.of());
    ConfigEntry first = new ConfigEntry(joint, after.encode());
    ConfigEntry last = new ConfigEntry(joint.leaveJoint(), after.encode());
    roster.inForce(first);
    roster.applied(first);
    assertThat(roster.view().isSettled()).isFalse();
    roster.inForce(last);
    assertThat(heard.peers.keySet()).containsExactly(2L);
    assertThat(heard.changes).isEmpty();
    roster.applied(last);
    assertThat(heard.peers).isEmpty();
    assertThat(heard.changes).containsExactly(9L);
    assertThat(roster.view().isSettled()).isTrue();
  }

  @Test
  void aRestartInTheMiddleStillReachesWhoLeaves() {
    Members after = new Members(List.of(peer(1)), List.of(peer(2)), Set.of(2L), 9);
    Configuration joint = new Configuration(List.of(1L), List.of(1L, 2L), List.of());
    ConfigEntry initial = entry(0, Set.of(), List.of(1L), List.of(), 1);
    new Roster(1, initial, new ConfigEntry(joint, after.encode()), heard)
        .startedWith(new ConfigEntry(joint, after.encode()));
    assertThat(heard.peers.keySet()).containsExactly(2L);
    assertThat(heard.removed).isEmpty();
  }

  @Test
  void aLearnerIsOneFromWhatItWasToldUntilItsPromotionIsApplied() {
    ConfigEntry told = entry(1, Set.of(), List.of(2L, 3L), List.of(4L), 2, 3, 4);
    Roster roster = new Roster(4, told, told, heard);
    assertThat(roster.isLearner()).isTrue();
    roster.applied(entry(0, Set.of(), List.of(2L, 3L), List.of(), 2, 3));
    assertThat(roster.isLearner()).as("after a configuration from before its time").isTrue();
    ConfigEntry promoted = entry(2, Set.of(), List.of(2L, 3L, 4L), List.of(), 2, 3, 4);
    roster.inForce(promoted);
    assertThat(roster.isLearner()).as("before its promotion is certain").isTrue();
    roster.applied(promoted);
    assertThat(roster.isLearner()).isFalse();
  }

  @Test
  void whoWasAddedAsAVoterIsNoLearnerWhileItCatchesUp() {
    Members members =
        new Members(
            List.of(peer(1), new Peer(2, List.of("http://m2:1"), true)), List.of(), Set.of(), 1);
    ConfigEntry told =
        new ConfigEntry(new Configuration(List.of(1L), List.of(), List.of(2L)), members.encode());
    assertThat(new Roster(2, told, told, heard).isLearner()).isFalse();
  }

  @Test
  void ownRemovalIsNoticedOnceItIsCertain() {
    ConfigEntry initial = entry(0, Set.of(), List.of(1L, 2L), List.of(), 1, 2);
    Roster roster = new Roster(2, initial, initial, heard);
    ConfigEntry without = entry(3, Set.of(2L), List.of(1L), List.of(), 1);
    roster.inForce(without);
    assertThat(heard.selfRemoved).isZero();
    roster.applied(without);
    assertThat(heard.selfRemoved).isEqualTo(1);
  }

  @Test
  void aConfigurationWithoutContextIsOfTheFirstMembers() {
    ConfigEntry initial = entry(0, Set.of(), List.of(1L, 2L), List.of(), 1, 2);
    Roster roster =
        new Roster(1, initial, ConfigEntry.of(Configuration.of(List.of(1L, 2L))), heard);
    assertThat(roster.view().members().members()).containsExactly(peer(1), peer(2));
    assertThat(Members.decode(roster.certain().context()).members()).hasSize(2);
  }

  private static ConfigEntry entry(
      long changeId, Set<Long> removed, List<Long> voters, List<Long> learners, long... ids) {
    List<Peer> peers = Arrays.stream(ids).mapToObj(RosterTest::peer).toList();
    return new ConfigEntry(
        new Configuration(voters, List.of(), learners),
        new Members(peers, List.of(), removed, changeId).encode());
  }

  private static Peer peer(long id) {
    return new Peer(id, List.of("http://m" + id + ":1"), false);
  }

  private static final class Heard implements Roster.Listener {
    private final List<Long> changes = new ArrayList<>();
    private Map<Long, List<String>> peers = Map.of();
    private Set<Long> removed = Set.of();
    private int selfRemoved;

    @Override
    public void peersChanged(Map<Long, List<String>> peerUrls, Set<Long> gone) {
      peers = peerUrls;
      removed = gone;
    }

    @Override
    public void changeApplied(long changeId) {
      changes.add(changeId);
    }

    @Override
    public void selfRemoved() {
      selfRemoved++;
    }
  }
}
