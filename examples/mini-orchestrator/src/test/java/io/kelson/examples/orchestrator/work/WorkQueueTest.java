package io.kelson.examples.orchestrator.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import io.kelson.client.RangeOp;
import io.kelson.client.coordination.Election;
import io.kelson.client.coordination.Held;
import io.kelson.client.coordination.Session;
import io.kelson.client.discovery.Instance;
import io.kelson.client.discovery.Registration;
import io.kelson.client.discovery.ServiceRegistry;
import io.kelson.examples.orchestrator.work.Item.State;
import io.kelson.junit.KelsonCluster;
import io.kelson.junit.LocalCluster;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** What each transaction does, and what it refuses. */
@KelsonCluster
@Timeout(60)
class WorkQueueTest {
  private static final Item ITEM = Item.fresh("i", Duration.ofMillis(5), 2);
  private static final long TTL_SECONDS = 30;

  private KelsonClient client;
  private WorkQueue queue;
  private Session session;
  private Held office;

  @BeforeEach
  void takeOffice(LocalCluster cluster, TestInfo test) {
    client =
        KelsonClient.builder()
            .endpoints(cluster.endpoints())
            .namespace(Bytes.utf8(test.getTestMethod().orElseThrow().getName() + "/"))
            .build();
    queue = new WorkQueue(client);
    session = Session.open(client, TTL_SECONDS);
    office = new Election(client, Keys.SCHEDULER).campaign(session, Bytes.utf8("me"));
  }

  @AfterEach
  void leave() {
    session.close();
    client.close();
  }

  private Registration node(String name) {
    return new ServiceRegistry(client, Keys.SERVICES)
        .register(Keys.WORKER, Instance.of(name, "127.0.0.1:1"), TTL_SECONDS);
  }

  private Item stored() {
    return queue.items().get(0);
  }

  private int assignments(String node) {
    return client.range(RangeOp.prefix(Keys.assigned(node))).kvs().size();
  }

  @Test
  void anItemIsSubmittedOnce() {
    assertThat(queue.submit(ITEM)).isTrue();
    assertThat(queue.submit(ITEM)).isFalse();
    assertThat(queue.items()).hasSize(1);
    assertThat(stored().duration()).isEqualTo(ITEM.duration());
    assertThat(stored().size()).isEqualTo(ITEM.size());
  }

  @Test
  void anItemLivesFromPendingToDone() {
    queue.submit(ITEM);
    node("n");
    assertThat(queue.assign(stored(), "n", office).happened()).isTrue();
    assertThat(stored().state()).isEqualTo(State.ASSIGNED);
    Item assignment = Item.readAll(client.range(RangeOp.prefix(Keys.assigned("n"))).kvs()).get(0);
    assertThat(assignment.revision()).isEqualTo(stored().revision());
    assertThat(queue.complete(assignment)).isTrue();
    assertThat(stored().state()).isEqualTo(State.DONE);
    assertThat(stored().node()).isEqualTo("n");
    assertThat(assignments("n")).isZero();
    assertThat(queue.complete(assignment)).isFalse();
  }

  @Test
  void nothingGoesToANodeThatIsGone() {
    queue.submit(ITEM);
    Item pending = stored();
    assertThat(queue.assign(pending, "n", office).happened()).isFalse();
    node("n").close();
    assertThat(queue.assign(pending, "n", office).happened()).isFalse();
    assertThat(stored()).isEqualTo(pending);
  }

  @Test
  void anItemIsAssignedOnceOnly() {
    queue.submit(ITEM);
    node("n");
    node("m");
    Item pending = stored();
    assertThat(queue.assign(pending, "n", office).happened()).isTrue();
    assertThat(queue.assign(pending, "m", office).happened()).isFalse();
    assertThat(assignments("m")).isZero();
  }

  @Test
  void onlyWhatWasOnADeadNodeIsTakenBack() {
    queue.submit(ITEM);
    Registration node = node("n");
    queue.assign(stored(), "n", office);
    Item assigned = stored();
    assertThat(queue.takeBack(assigned, office).happened()).isFalse();
    node.close();
    assertThat(queue.takeBack(assigned, office).happened()).isTrue();
    assertThat(stored().state()).isEqualTo(State.PENDING);
    assertThat(stored().submitted()).isEqualTo(assigned.submitted());
    assertThat(assignments("n")).isZero();
  }

  @Test
  void theResultOfOneWhoCameBackTooLateDoesNotCount() {
    queue.submit(ITEM);
    Registration late = node("late");
    queue.assign(stored(), "late", office);
    Item lateAssignment = stored();
    late.close();
    queue.takeBack(lateAssignment, office);
    node("other");
    queue.assign(stored(), "other", office);
    assertThat(queue.complete(lateAssignment)).isFalse();
    assertThat(queue.complete(stored())).isTrue();
    assertThat(stored().node()).isEqualTo("other");
  }

  @Test
  void aDeposedLeaderChangesNothing() {
    queue.submit(ITEM);
    node("n");
    client.leases().revoke(session.leaseId());
    Item pending = stored();
    assertThatThrownBy(() -> queue.assign(pending, "n", office))
        .isInstanceOf(DeposedException.class);
    assertThatThrownBy(() -> queue.takeBack(pending, office)).isInstanceOf(DeposedException.class);
    assertThat(DesiredCount.read(client).change(client, office, 3)).isFalse();
    assertThat(stored()).isEqualTo(pending);
    assertThat(DesiredCount.read(client).revision()).isZero();
  }

  @Test
  void theDesiredCountIsComparedAndPut() {
    DesiredCount none = DesiredCount.read(client);
    assertThat(none.change(client, office, 3)).isTrue();
    assertThat(none.change(client, office, 4)).isFalse();
    assertThat(DesiredCount.read(client).nodes()).isEqualTo(3);
  }

  @Test
  void aCountThatIsNoNumberIsOverwritten() {
    client.put(Keys.DESIRED, Bytes.utf8("many"));
    assertThat(DesiredCount.read(client).nodes()).isZero();
    assertThat(DesiredCount.read(client).change(client, office, 2)).isTrue();
    assertThat(DesiredCount.read(client).nodes()).isEqualTo(2);
  }

  @Test
  void whatIsNoItemIsPassedOver() {
    client.put(Keys.ITEMS.concat(Bytes.utf8("x")), Bytes.utf8("something else"));
    queue.submit(ITEM);
    assertThat(queue.items()).extracting(Item::id).containsExactly("i");
  }
}
