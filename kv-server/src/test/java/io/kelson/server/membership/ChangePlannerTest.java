package io.kelson.server.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.api.EtcdError;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import io.kelson.server.cluster.MemberIds;
import io.kelson.server.config.ClusterSettings;
import io.kelson.server.membership.ChangePlanner.Plan;
import io.kelson.server.membership.Members.Peer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Which changes are allowed, as etcd's strict reconfiguration check has it. */
class ChangePlannerTest {
  private static final long SELF = 1;
  private static final List<String> NEW = List.of("http://new:1");

  private final Set<Long> started = new HashSet<>();
  private final Set<Long> connected = new HashSet<>();

  @Test
  void aVoterIsAddedAsALearnerThatIsPromisedAVote() throws Exception {
    Plan plan = planner(voters(1, 2, 3)).add(NEW, false, "token", 1_700_000_000);
    long id = MemberIds.addedMemberId(NEW, "token", 1_700_000_000);
    assertThat(plan.target().voters()).containsExactly(1L, 2L, 3L);
    assertThat(plan.target().learners()).containsExactly(id);
    assertThat(plan.members().members()).contains(new Peer(id, NEW, true));
  }

  @Test
  void anIdThatWasRemovedIsNotTakenAgain() throws Exception {
    long first = MemberIds.addedMemberId(NEW, "token", 7);
    Members members = new Members(List.of(peer(1)), List.of(), Set.of(first), 3);
    Plan plan = planner(view(members, config(List.of(1L), List.of()))).add(NEW, false, "token", 7);
    assertThat(plan.members().members().get(1).id())
        .isEqualTo(MemberIds.addedMemberId(NEW, "token", 8));
    assertThat(plan.members().removed()).containsExactly(first);
  }

  @Test
  void urlsBelongToOneMemberOnly() {
    List<String> taken = peer(2).peerUrls();
    refused(EtcdError.PEER_URL_EXISTS, () -> planner(voters(1, 2)).add(taken, false, "token", 1));
    refused(EtcdError.PEER_URL_EXISTS, () -> planner(voters(1, 2)).update(1, taken));
  }

  @Test
  void anUpdateMayKeepItsOwnUrls() throws Exception {
    List<String> urls = List.of(peer(2).peerUrls().get(0), "http://more:1");
    Plan plan = planner(voters(1, 2)).update(2, urls);
    assertThat(plan.members().find(2).orElseThrow().peerUrls()).isEqualTo(urls);
    assertThat(plan.target().voters()).containsExactly(1L, 2L);
  }

  @Test
  void thereIsOneLearnerAtATime() {
    Roster.View view = view(members(1, 2), config(List.of(1L), List.of(2L)));
    refused(EtcdError.TOO_MANY_LEARNERS, () -> planner(view).add(NEW, true, "token", 1));
  }

  @Test
  void oneMemberMayGrowToTwoButNotToThreeBeforeTheSecondRuns() throws Exception {
    assertThat(planner(voters(1)).add(NEW, false, "token", 1).target().learners()).hasSize(1);
    Members two = new Members(List.of(peer(1), promised(2)), List.of(), Set.of(), 0);
    Roster.View view = view(two, config(List.of(1L), List.of(2L)));
    started.remove(2L);
    refused(
        EtcdError.NOT_ENOUGH_STARTED_MEMBERS, () -> withStarted(view).add(NEW, false, "token", 1));
  }

  @Test
  void membersThatAreAwayForbidMoreVoters() {
    ChangePlanner planner = planner(voters(1, 2, 3));
    connected.remove(3L);
    refused(EtcdError.UNHEALTHY, () -> planner.add(NEW, false, "token", 1));
  }

  @Test
  void aMemberThatIsAwayMayBeRemovedAndOneThatIsNeededMayNot() throws Exception {
    ChangePlanner planner = planner(voters(1, 2, 3));
    connected.remove(3L);
    Plan plan = planner.remove(3);
    assertThat(plan.target().voters()).containsExactly(1L, 2L);
    assertThat(plan.members().removed()).containsExactly(3L);
    assertThat(plan.members().leaving()).containsExactly(peer(3));
    refused(EtcdError.UNHEALTHY, () -> planner.remove(2));
  }

  @Test
  void theLastVoterStays() {
    refused(EtcdError.NOT_ENOUGH_STARTED_MEMBERS, () -> planner(voters(1)).remove(1));
  }

  @Test
  void strangersAreNotFound() {
    refused(EtcdError.MEMBER_NOT_FOUND, () -> planner(voters(1)).remove(9));
    refused(EtcdError.MEMBER_NOT_FOUND, () -> planner(voters(1)).promote(9));
    refused(EtcdError.MEMBER_NOT_FOUND, () -> planner(voters(1)).update(9, NEW));
  }

  @Test
  void onlyLearnersArePromoted() throws Exception {
    refused(EtcdError.NOT_A_LEARNER, () -> planner(voters(1, 2)).promote(2));
    Members promised = new Members(List.of(peer(1), promised(2)), List.of(), Set.of(), 0);
    Roster.View joining = view(promised, config(List.of(1L), List.of(2L)));
    refused(EtcdError.NOT_A_LEARNER, () -> planner(joining).promote(2));
    Plan plan = planner(view(members(1, 2), config(List.of(1L), List.of(2L)))).promote(2);
    assertThat(plan.target().voters()).containsExactly(1L, 2L);
    assertThat(plan.target().learners()).isEmpty();
  }

  @Test
  void aPromiseIsKeptOnlyToMembersThatAreThere() {
    Members promised = new Members(List.of(peer(1), promised(2)), List.of(), Set.of(), 0);
    ChangePlanner planner = planner(view(promised, config(List.of(1L), List.of(2L))));
    assertThat(planner.keepPromise(promised(2)).members().find(2)).contains(peer(2));
    connected.remove(2L);
    assertThat(planner.keepPromise(promised(2))).isNull();
  }

  private static void refused(EtcdError error, ThrowingCallable change) {
    assertThatThrownBy(change)
        .isInstanceOfSatisfying(
            ChangeRefusedException.class, e -> assertThat(e.error()).isEqualTo(error));
  }

  /** All members run and are connected. */
  private ChangePlanner planner(Roster.View view) {
    view.members().members().forEach(peer -> started.add(peer.id()));
    return withStarted(view);
  }

  private ChangePlanner withStarted(Roster.View view) {
    view.members().members().forEach(peer -> connected.add(peer.id()));
    return new ChangePlanner(SELF, view, started, connected::contains, ClusterSettings.DEFAULT);
  }

  private static Roster.View voters(long... ids) {
    Members members = members(ids);
    return view(members, Configuration.of(members.members().stream().map(Peer::id).toList()));
  }

  private static Configuration config(List<Long> voters, List<Long> learners) {
    return new Configuration(voters, List.of(), learners);
  }

  private static Roster.View view(Members members, Configuration configuration) {
    ConfigEntry entry = new ConfigEntry(configuration, members.encode());
    return new Roster.View(entry, entry, members);
  }

  private static Members members(long... ids) {
    return new Members(
        Arrays.stream(ids).mapToObj(ChangePlannerTest::peer).toList(), List.of(), Set.of(), 0);
  }

  private static Peer peer(long id) {
    return new Peer(id, List.of("http://m" + id + ":1"), false);
  }

  private static Peer promised(long id) {
    return new Peer(id, peer(id).peerUrls(), true);
  }
}
