package io.kelson.chaos;

import static io.kelson.chaos.Jetcd.bytes;
import static io.kelson.chaos.Jetcd.done;
import static io.kelson.chaos.Jetcd.pair;
import static io.kelson.chaos.Jetcd.pairs;
import static io.kelson.chaos.Jetcd.refused;
import static io.kelson.chaos.Jetcd.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Lock;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.election.LeaderKey;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.lease.LeaseGrantResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.lease.LeaseTimeToLiveResponse;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.support.CloseableClient;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** jetcd's Lease, Lock and Election clients on three real processes. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class JetcdCoordinationIT {
  private static final Duration BOUND = Duration.ofSeconds(60);

  /** Longer than any test. */
  private static final long LONG_TTL_SECONDS = 600;

  private static final Jetcd.Refusal NO_LEASE =
      new Jetcd.Refusal("NOT_FOUND", "etcdserver: requested lease not found");

  private static ProcessCluster cluster;
  private static Client client;
  private static KV kv;
  private static Lease leases;

  @BeforeAll
  static void start() {
    cluster = ProcessCluster.create(TestCluster.command(), TestCluster.directory("jetcd-locks"), 3);
    cluster.startAll(BOUND);
    client = Jetcd.client(cluster.nodes());
    kv = client.getKVClient();
    leases = client.getLeaseClient();
  }

  @AfterAll
  static void stop() {
    if (client != null) {
      client.close();
    }
    cluster.close();
    cluster.deleteData();
  }

  private static long lease() {
    return done(leases.grant(LONG_TTL_SECONDS)).getID();
  }

  private static List<KeyValue> below(String prefix) {
    GetOption oldestFirst =
        GetOption.builder()
            .isPrefix(true)
            .withSortField(GetOption.SortTarget.CREATE)
            .withSortOrder(GetOption.SortOrder.ASCEND)
            .build();
    return done(kv.get(bytes(prefix), oldestFirst)).getKvs();
  }

  @Test
  void aLeaseKnowsItsKeysAndTakesThemAlong() {
    LeaseGrantResponse granted = done(leases.grant(LONG_TTL_SECONDS));
    long id = granted.getID();
    assertThat(granted.getTTL()).isEqualTo(LONG_TTL_SECONDS);
    PutOption attached = PutOption.builder().withLeaseId(id).build();
    done(kv.put(bytes("l/b"), bytes("2"), attached));
    done(kv.put(bytes("l/a"), bytes("1"), attached));
    long last = done(kv.put(bytes("l/free"), bytes("3"))).getHeader().getRevision();
    LeaseTimeToLiveResponse left =
        done(leases.timeToLive(id, LeaseOption.builder().withAttachedKeys().build()));
    assertThat(left.getGrantedTTL()).isEqualTo(LONG_TTL_SECONDS);
    assertThat(left.getTTL()).isBetween(1L, LONG_TTL_SECONDS);
    assertThat(left.getKeys().stream().map(Jetcd::text)).containsExactlyInAnyOrder("l/a", "l/b");
    assertThat(below("l/").get(0).getLease()).isEqualTo(id);
    assertThat(done(leases.timeToLive(id, LeaseOption.DEFAULT)).getKeys()).isEmpty();
    assertThat(done(leases.keepAliveOnce(id)).getTTL()).isEqualTo(LONG_TTL_SECONDS);

    done(leases.revoke(id));
    GetOption prefix = GetOption.builder().isPrefix(true).build();
    var after = done(kv.get(bytes("l/"), prefix));
    assertThat(pairs(after)).containsExactly("l/free=3");
    assertThat(after.getHeader().getRevision())
        .as("both keys went at one revision")
        .isEqualTo(last + 1);
    assertThat(done(leases.timeToLive(id, LeaseOption.DEFAULT)).getTTL()).isEqualTo(-1);
    assertThat(refused(leases.revoke(id))).isEqualTo(NO_LEASE);
    assertThat(refused(leases.keepAliveOnce(id))).isEqualTo(NO_LEASE);
  }

  /** Renewals as they come. */
  private static final class Renewals implements StreamObserver<LeaseKeepAliveResponse> {
    private final List<LeaseKeepAliveResponse> answers = new CopyOnWriteArrayList<>();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();

    @Override
    public void onNext(LeaseKeepAliveResponse answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable problem) {
      errors.add(problem);
    }

    @Override
    public void onCompleted() {}
  }

  @Test
  void aLeaseThatIsKeptAliveLivesAndEndsWhenItIsLeftAlone() {
    LeaseGrantResponse granted = done(leases.grant(6));
    long id = granted.getID();
    done(kv.put(bytes("kept"), bytes("1"), PutOption.builder().withLeaseId(id).build()));
    Renewals renewals = new Renewals();
    // jetcd renews three times per TTL, so by the sixth the lease is older than its TTL.
    try (CloseableClient renewing = leases.keepAlive(id, renewals)) {
      assertThat(renewing).isNotNull();
      Await.until(
          "six renewals", BOUND, () -> renewals.answers.size() >= 6 || !renewals.errors.isEmpty());
    }
    assertThat(renewals.errors).isEmpty();
    assertThat(renewals.answers)
        .allSatisfy(
            answer -> {
              assertThat(answer.getID()).isEqualTo(id);
              assertThat(answer.getTTL()).isEqualTo(granted.getTTL());
            });
    Await.until(
        "the end of the lease with its key",
        BOUND,
        () -> done(kv.get(bytes("kept"))).getKvs().isEmpty());
    assertThat(done(leases.timeToLive(id, LeaseOption.DEFAULT)).getTTL()).isEqualTo(-1);
  }

  @Test
  void theSecondToLockWaitsForTheFirst() {
    Lock locks = client.getLockClient();
    long first = lease();
    long second = lease();
    ByteSequence held = done(locks.lock(bytes("lock"), first)).getKey();
    assertThat(text(held)).isEqualTo("lock/" + Long.toHexString(first));
    assertThat(done(locks.lock(bytes("lock"), first)).getKey())
        .as("who holds it has it")
        .isEqualTo(held);
    CompletableFuture<LockResponse> waiting = locks.lock(bytes("lock"), second);
    Await.until("the second in the queue", BOUND, () -> below("lock/").size() == 2);
    List<KeyValue> queue = below("lock/");
    assertThat(queue.get(0).getKey()).isEqualTo(held);
    assertThat(queue.get(0).getLease()).isEqualTo(first);
    assertThat(queue.get(1).getLease()).isEqualTo(second);
    assertThat(waiting).isNotDone();

    done(locks.unlock(held));
    assertThat(done(waiting).getKey()).isEqualTo(queue.get(1).getKey());
    assertThat(below("lock/")).extracting(KeyValue::getLease).containsExactly(second);
    done(leases.revoke(second));
    assertThat(below("lock/")).isEmpty();
    assertThat(refused(locks.lock(bytes("lock"), second)))
        .as("locks lose the code on the way, in etcd as well")
        .isEqualTo(new Jetcd.Refusal("UNKNOWN", NO_LEASE.text()));
  }

  /** Who led, as an observer was told. */
  private static final class Observed implements Election.Listener {
    private final List<String> leaders = new CopyOnWriteArrayList<>();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();

    @Override
    public void onNext(LeaderResponse response) {
      leaders.add(pair(response.getKv()));
    }

    @Override
    public void onError(Throwable problem) {
      errors.add(problem);
    }

    @Override
    public void onCompleted() {}

    void await(String leader) {
      Await.until(leader + " observed", BOUND, () -> leaders.contains(leader) || !errors.isEmpty());
      assertThat(errors).isEmpty();
    }
  }

  @Test
  void anElectionHasOneLeaderAtATime() {
    ByteSequence name = bytes("chair");
    long first = lease();
    long second = lease();
    try (Client observing = Jetcd.client(cluster.nodes());
        Election elections = client.getElectionClient()) {
      assertThat(refused(elections.leader(name)))
          .isEqualTo(new Jetcd.Refusal("", "NoLeaderException"));
      LeaderKey ours = done(elections.campaign(name, first, bytes("a"))).getLeader();
      assertThat(text(ours.getKey())).isEqualTo("chair/" + Long.toHexString(first));
      assertThat(text(ours.getName())).isEqualTo("chair");
      assertThat(ours.getLease()).isEqualTo(first);
      assertThat(ours.getRevision()).isEqualTo(below("chair/").get(0).getCreateRevision());
      Observed observed = new Observed();
      observing.getElectionClient().observe(name, observed);
      String oursIs = text(ours.getKey()) + "=";
      observed.await(oursIs + "a");
      CompletableFuture<CampaignResponse> next = elections.campaign(name, second, bytes("b"));
      Await.until("the second candidate", BOUND, () -> below("chair/").size() == 2);
      done(elections.proclaim(ours, bytes("a2")));
      observed.await(oursIs + "a2");
      assertThat(pair(done(elections.leader(name)).getKv())).isEqualTo(oursIs + "a2");
      assertThat(next).isNotDone();

      done(elections.resign(ours));
      LeaderKey theirs = done(next).getLeader();
      assertThat(theirs.getLease()).isEqualTo(second);
      assertThat(theirs.getRevision()).isGreaterThan(ours.getRevision());
      String theirsIs = text(theirs.getKey()) + "=b";
      observed.await(theirsIs);
      assertThat(observed.leaders).containsExactly(oursIs + "a", oursIs + "a2", theirsIs);
      assertThat(refused(elections.proclaim(ours, bytes("a3"))))
          .isEqualTo(new Jetcd.Refusal("", "NotLeaderException"));
      assertThat(pair(done(elections.leader(name)).getKv())).isEqualTo(theirsIs);
      done(elections.resign(theirs));
    }
  }
}
