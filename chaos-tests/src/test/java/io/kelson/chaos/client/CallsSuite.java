package io.kelson.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kelson.chaos.Await;
import io.kelson.chaos.ClusterNode;
import io.kelson.chaos.Leadership;
import io.kelson.client.Alarm;
import io.kelson.client.AlarmType;
import io.kelson.client.Bytes;
import io.kelson.client.CompactedException;
import io.kelson.client.Compare;
import io.kelson.client.ErrorCode;
import io.kelson.client.EtcdException;
import io.kelson.client.HashResult;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeptLease;
import io.kelson.client.KeyValue;
import io.kelson.client.LeaderKey;
import io.kelson.client.LeaseGrant;
import io.kelson.client.LockResult;
import io.kelson.client.Member;
import io.kelson.client.MemberAdded;
import io.kelson.client.Permission;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchOptions;
import io.kelson.client.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every group of calls once, with what it must bring. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
abstract class CallsSuite extends ClientSuite {
  private static final long NO_LEASE = 987_654_321;

  CallsSuite(Product product) {
    super(product);
  }

  @Test
  void keysAreWrittenReadAndCompacted() {
    long first = client.put(key("a"), bytes("1")).header().revision();
    client.put(key("a"), bytes("2"));
    long third = client.put(key("b"), bytes("3")).header().revision();
    RangeResult now = client.range(RangeOp.prefix(key("")));
    assertThat(now.kvs()).extracting(KeyValue::value).containsExactly(bytes("2"), bytes("3"));
    RangeOp before = RangeOp.builder(key("a")).revision(first).build();
    assertThat(client.range(before).kvs().get(0).value()).isEqualTo(bytes("1"));
    client.compact(third, true);
    assertThat(catchThrowableOfType(CompactedException.class, () -> client.range(before)))
        .isNotNull();
  }

  @Test
  void manyKeysComeInChunks() {
    for (int i = 0; i < 300; i++) {
      client.put(key(String.format("k%03d", i)), bytes("v" + i));
    }
    KelsonClient inside = opened(builder().namespace(Bytes.utf8(prefix)));
    List<KeyValue> all = new ArrayList<>();
    RangeResult summary = inside.rangeStream(RangeOp.prefix(bytes("k")), all::addAll);
    assertThat(summary.count()).isEqualTo(300);
    assertThat(summary.more()).isFalse();
    assertThat(summary.kvs()).isEmpty();
    assertThat(all).isEqualTo(inside.range(RangeOp.prefix(bytes("k"))).kvs());
    RangeOp limited = RangeOp.builder(bytes("k")).prefix().limit(7).build();
    all.clear();
    assertThat(inside.rangeStream(limited, all::addAll).more()).isTrue();
    assertThat(all).hasSize(7);
  }

  @Test
  void theServersOwnLocksAndElections() throws Exception {
    long one = client.leases().grant(600).id();
    long two = client.leases().grant(600).id();
    LockResult lock = client.locks().lock(key("lock"), one);
    assertThat(client.locks().lock(key("lock"), one).key()).isEqualTo(lock.key());
    CompletableFuture<LockResult> next = client.locks().lockAsync(key("lock"), two);
    client.locks().unlock(lock.key());
    client.locks().unlock(next.get(BOUND.toSeconds(), TimeUnit.SECONDS).key());
    EtcdException nobody =
        catchThrowableOfType(EtcdException.class, () -> client.elections().leader(key("office")));
    assertThat(nobody.text()).isEqualTo("election: no leader");
    LeaderKey office = client.elections().campaign(key("office"), one, bytes("ann"));
    client.elections().proclaim(office, bytes("ann again"));
    assertThat(client.elections().leader(key("office")).value()).isEqualTo(bytes("ann again"));
    assertThat(office.name()).isEqualTo(key("office"));
    client.elections().resign(office);
  }

  @Test
  void aRepeatableTransactionRuns() {
    TxnOp create =
        TxnOp.builder()
            .when(Compare.createRevision(key("k"), Compare.Relation.EQUAL, 0))
            .then(PutOp.of(key("k"), bytes("mine")))
            .otherwise(RangeOp.key(key("k")))
            .build();
    assertThat(client.repeatableTxn(create).succeeded()).isTrue();
    TxnResult again = client.repeatableTxn(create);
    assertThat(again.succeeded()).isFalse();
    RangeResult found = (RangeResult) again.results().get(0);
    assertThat(found.kvs().get(0).value()).isEqualTo(bytes("mine"));
  }

  @Test
  void leasesLiveAndEnd() {
    LeaseGrant grant = client.leases().grant(600);
    client.put(PutOp.builder(key("k"), bytes("v")).lease(grant.id()).build());
    assertThat(client.leases().timeToLive(grant.id(), true).keys()).containsExactly(key("k"));
    assertThat(client.leases().timeToLive(grant.id(), false).grantedTtlSeconds()).isEqualTo(600);
    assertThat(client.leases().list().ids()).contains(grant.id());
    assertThat(client.leases().keepAliveOnce(grant.id()).ttlSeconds()).isEqualTo(600);
    client.leases().revoke(grant.id());
    assertThat(client.range(RangeOp.key(key("k"))).kvs()).isEmpty();
    assertThat(client.leases().keepAliveOnce(grant.id()).alive()).isFalse();
    assertThat(client.leases().timeToLive(grant.id(), false).exists()).isFalse();
    EtcdException unknown =
        catchThrowableOfType(EtcdException.class, () -> client.leases().revoke(NO_LEASE));
    assertThat(unknown.code()).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void keptLeasesOutliveOneThatIsNotKept() throws Exception {
    List<KeptLease> kept = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      kept.add(client.leases().keepAlive(client.leases().grant(3)));
    }
    LeaseGrant dying = client.leases().grant(3);
    BlockingQueue<WatchBatch> deletions = new LinkedBlockingQueue<>();
    client.put(PutOp.builder(key("dying"), Bytes.EMPTY).lease(dying.id()).build());
    WatchOptions options = WatchOptions.builder(key("dying")).noPut(true).build();
    try (Watcher watcher = client.watch(options, deletions::add)) {
      watcher.created().get(BOUND.toSeconds(), TimeUnit.SECONDS);
      assertThat(deletions.poll(BOUND.toSeconds(), TimeUnit.SECONDS)).isNotNull();
    }
    assertThat(kept).allMatch(KeptLease::alive);
    assertThat(client.leases().list().ids())
        .containsAll(kept.stream().map(KeptLease::id).toList())
        .doesNotContain(dying.id());
    client.leases().revoke(kept.get(0).id());
    kept.get(0).lost().get(BOUND.toSeconds(), TimeUnit.SECONDS);
    assertThat(kept.get(0).alive()).isFalse();
    assertThat(kept.get(1).alive()).isTrue();
  }

  @Test
  void aNamespaceIsAllThereIs() throws Exception {
    KelsonClient inside = opened(builder().namespace(Bytes.utf8(prefix)));
    client.put(bytes("outside-" + prefix), bytes("no"));
    BlockingQueue<WatchBatch> seen = new LinkedBlockingQueue<>();
    WatchOptions all = WatchOptions.builder(Bytes.EMPTY).prefix().build();
    try (Watcher watcher = inside.watch(all, seen::add)) {
      watcher.created().get(BOUND.toSeconds(), TimeUnit.SECONDS);
      inside.put(bytes("k"), bytes("v"));
      WatchBatch batch = seen.poll(BOUND.toSeconds(), TimeUnit.SECONDS);
      assertThat(batch.events().get(0).kv().key()).isEqualTo(bytes("k"));
    }
    RangeResult everything = inside.range(RangeOp.prefix(Bytes.EMPTY));
    assertThat(everything.kvs()).extracting(KeyValue::key).containsExactly(bytes("k"));
    assertThat(client.range(RangeOp.key(key("k"))).kvs()).hasSize(1);
  }

  @Test
  void membersAreListedAddedAndRemoved() {
    assertThat(client.cluster().memberList(true).members()).hasSize(3);
    String url = "http://127.0.0.1:1";
    MemberAdded added =
        Await.value(
            "a cluster old enough for etcd, which wants all members connected for five seconds",
            BOUND,
            () -> addUnlessUnhealthy(url));
    assertThat(added.member().isLearner()).isTrue();
    assertThat(added.members()).hasSize(4);
    assertThat(client.cluster().memberUpdate(added.member().id(), List.of("http://127.0.0.1:2")))
        .satisfies(
            list ->
                assertThat(list.members())
                    .filteredOn(member -> member.id() == added.member().id())
                    .extracting(Member::peerUrls)
                    .containsExactly(List.of("http://127.0.0.1:2")));
    assertThat(client.cluster().memberRemove(added.member().id()).members()).hasSize(3);
    EtcdException gone =
        catchThrowableOfType(
            EtcdException.class, () -> client.cluster().memberRemove(added.member().id()));
    assertThat(gone.text()).isEqualTo("etcdserver: member not found");
  }

  private Optional<MemberAdded> addUnlessUnhealthy(String url) {
    try {
      return Optional.of(client.cluster().memberAdd(List.of(url), true));
    } catch (EtcdException e) {
      if (!e.text().equals("etcdserver: unhealthy cluster")) {
        throw e;
      }
      return Optional.empty();
    }
  }

  @Test
  void theEndpointsAreTheMembers() {
    KelsonClient one = opened(builder().endpoints(endpoint(cluster.nodes().get(0))));
    assertThat(one.refreshEndpoints())
        .containsExactlyInAnyOrderElementsOf(
            endpoints().stream().map(endpoint -> "http://" + endpoint).toList());
    one.put(key("k"), bytes("v"));
  }

  @Test
  void operatorsCallsAnswer() {
    client.put(key("k"), bytes("v"));
    long revision = client.range(RangeOp.key(key("k"))).header().revision();
    List<HashResult> hashes = new ArrayList<>();
    for (ClusterNode node : cluster.nodes()) {
      String at = endpoint(node);
      assertThat(client.maintenance().status(at).version()).isNotEmpty();
      client.range(RangeOp.key(key("k")));
      hashes.add(hashAt(at, revision));
      client.maintenance().hash(at);
      client.maintenance().defragment(at);
    }
    assertThat(hashes).extracting(HashResult::hash).containsOnly(hashes.get(0).hash());
    long member = client.maintenance().status(endpoints().get(0)).header().memberId();
    client.maintenance().arm(member, AlarmType.NOSPACE);
    assertThat(client.maintenance().alarms()).containsExactly(new Alarm(member, "NOSPACE"));
    EtcdException full =
        catchThrowableOfType(EtcdException.class, () -> client.put(key("k"), bytes("v")));
    assertThat(full.text()).isEqualTo("etcdserver: mvcc: database space exceeded");
    client.maintenance().disarm(member, AlarmType.NOSPACE);
    assertThat(client.maintenance().alarms()).isEmpty();
    client.put(key("k"), bytes("v"));
  }

  /** A member that lags behind refuses a revision it has not come to yet. */
  private HashResult hashAt(String endpoint, long revision) {
    return Await.value(
        "revision " + revision + " at " + endpoint,
        BOUND,
        () ->
            client.maintenance().status(endpoint).header().revision() >= revision
                ? Optional.of(client.maintenance().hashKv(endpoint, revision))
                : Optional.empty());
  }

  @Test
  void theLeaderHandsOver() {
    Leadership before = cluster.awaitReady(BOUND);
    long target =
        client.cluster().memberList(true).members().stream()
            .map(Member::id)
            .filter(id -> id != before.memberId())
            .findFirst()
            .orElseThrow();
    client.maintenance().moveLeader(endpoint(before.node()), target);
    Leadership after = cluster.awaitReady(BOUND);
    assertThat(after.memberId()).isEqualTo(target);
    KelsonClient direct = opened(builder().writesToLeader(true));
    for (int i = 0; i < 50; i++) {
      direct.put(key("k"), bytes("" + i));
    }
    assertThat(direct.range(RangeOp.key(key("k"))).kvs().get(0).version()).isEqualTo(50);
  }

  @Test
  void usersSignInAndAreHeldToTheirRoles() {
    client.auth().userAdd("root", "top");
    client.auth().userGrantRole("root", "root");
    client.auth().userAdd("ann", "secret");
    client.auth().roleAdd("reader");
    client
        .auth()
        .roleGrantPermission("reader", Permission.prefix(Permission.Type.READ, key("open/")));
    client.auth().userGrantRole("ann", "reader");
    assertThat(client.auth().userGet("ann").roles()).containsExactly("reader");
    client.put(key("open/k"), bytes("v"));
    client.auth().enable();
    KelsonClient root = opened(builder().credentials("root", "top"));
    try {
      KelsonClient ann = opened(builder().credentials("ann", "secret"));
      assertThat(ann.range(RangeOp.key(key("open/k"))).kvs()).hasSize(1);
      assertThat(refusal(() -> ann.range(RangeOp.key(key("shut")))))
          .isEqualTo("etcdserver: permission denied");
      assertThat(refusal(() -> ann.put(key("open/k"), bytes("w"))))
          .isEqualTo("etcdserver: permission denied");
      // The roles change under a client that is signed in: its token is old now.
      root.auth()
          .roleGrantPermission(
              "reader", Permission.prefix(Permission.Type.READWRITE, key("open/")));
      ann.put(key("open/k"), bytes("w"));
      assertThat(root.auth().roleGet("reader").permissions())
          .containsExactly(Permission.prefix(Permission.Type.READWRITE, key("open/")));
      assertThat(root.auth().userList().users()).contains("root", "ann");
      assertThat(root.auth().roleList().roles()).contains("reader");
      root.auth().userChangePassword("ann", "other");
      KelsonClient stranger = opened(builder().credentials("ann", "secret"));
      assertThat(refusal(() -> stranger.range(RangeOp.key(key("open/k")))))
          .isEqualTo("etcdserver: authentication failed, invalid user ID or password");
      KelsonClient nobody = opened(builder());
      assertThat(refusal(() -> nobody.range(RangeOp.key(key("open/k")))))
          .isEqualTo("etcdserver: user name is empty");
      Permission open = Permission.prefix(Permission.Type.READWRITE, key("open/"));
      root.auth().roleRevokePermission("reader", open.key(), open.rangeEnd());
      root.auth().userRevokeRole("ann", "reader");
      root.auth().roleDelete("reader");
      root.auth().userDelete("ann");
    } finally {
      root.auth().disable();
    }
    client.put(key("k"), bytes("v"));
    client.auth().userRevokeRole("root", "root");
    client.auth().userDelete("root");
  }

  private static String refusal(ThrowingCallable call) {
    return catchThrowableOfType(EtcdException.class, call).text();
  }
}
