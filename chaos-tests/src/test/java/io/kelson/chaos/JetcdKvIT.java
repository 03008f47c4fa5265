package io.kelson.chaos;

import static io.kelson.chaos.Jetcd.bytes;
import static io.kelson.chaos.Jetcd.described;
import static io.kelson.chaos.Jetcd.done;
import static io.kelson.chaos.Jetcd.pair;
import static io.kelson.chaos.Jetcd.pairs;
import static io.kelson.chaos.Jetcd.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.cluster.Member;
import io.etcd.jetcd.kv.DeleteResponse;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.PutResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.maintenance.StatusResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.CompactOption;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.GetOption.SortOrder;
import io.etcd.jetcd.options.GetOption.SortTarget;
import io.etcd.jetcd.options.PutOption;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** jetcd's KV, Cluster and Maintenance clients on three real processes. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class JetcdKvIT {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private static ProcessCluster cluster;
  private static Client client;
  private static KV kv;

  @BeforeAll
  static void start() {
    cluster = ProcessCluster.create(TestCluster.command(), TestCluster.directory("jetcd-kv"), 3);
    cluster.startAll(BOUND);
    client = Jetcd.client(cluster.nodes());
    kv = client.getKVClient();
  }

  @AfterAll
  static void stop() {
    if (client != null) {
      client.close();
    }
    cluster.close();
    cluster.deleteData();
  }

  /** a, b, c, b again, d: returns the revision of the first put. */
  private static long fill(String prefix) {
    long first = put(prefix + "a", "3").getHeader().getRevision();
    put(prefix + "b", "1");
    put(prefix + "c", "2");
    PutResponse again =
        done(kv.put(bytes(prefix + "b"), bytes("5"), PutOption.builder().withPrevKV().build()));
    assertThat(again.hasPrevKv()).isTrue();
    assertThat(described(again.getPrevKv(), first)).isEqualTo(prefix + "b=1 [1, 1, 1]");
    assertThat(put(prefix + "d", "4").getHeader().getRevision()).isEqualTo(first + 4);
    return first;
  }

  private static PutResponse put(String key, String value) {
    return done(kv.put(bytes(key), bytes(value)));
  }

  private static GetResponse get(String key, GetOption.Builder option) {
    return done(kv.get(bytes(key), option.build()));
  }

  private static List<String> sorted(String prefix, SortTarget by, SortOrder order) {
    return pairs(
        get(prefix, GetOption.builder().isPrefix(true).withSortField(by).withSortOrder(order)));
  }

  @Test
  void rangesAreSortedByEveryTarget() {
    fill("s/");
    assertThat(sorted("s/", SortTarget.KEY, SortOrder.ASCEND))
        .containsExactly("s/a=3", "s/b=5", "s/c=2", "s/d=4");
    assertThat(sorted("s/", SortTarget.KEY, SortOrder.DESCEND))
        .containsExactly("s/d=4", "s/c=2", "s/b=5", "s/a=3");
    assertThat(sorted("s/", SortTarget.VALUE, SortOrder.DESCEND))
        .containsExactly("s/b=5", "s/d=4", "s/a=3", "s/c=2");
    assertThat(sorted("s/", SortTarget.CREATE, SortOrder.DESCEND))
        .containsExactly("s/d=4", "s/c=2", "s/b=5", "s/a=3");
    assertThat(sorted("s/", SortTarget.MOD, SortOrder.ASCEND))
        .containsExactly("s/a=3", "s/c=2", "s/b=5", "s/d=4");
    assertThat(sorted("s/", SortTarget.VERSION, SortOrder.DESCEND).get(0)).isEqualTo("s/b=5");
  }

  @Test
  void rangesAreCutCountedAndStripped() {
    long first = fill("r/");
    GetResponse two = get("r/", GetOption.builder().isPrefix(true).withLimit(2));
    assertThat(pairs(two)).containsExactly("r/a=3", "r/b=5");
    assertThat(two.isMore()).isTrue();
    assertThat(two.getCount()).isEqualTo(4);
    GetResponse count = get("r/", GetOption.builder().isPrefix(true).withCountOnly(true));
    assertThat(count.getCount()).isEqualTo(4);
    assertThat(count.getKvs()).isEmpty();
    GetResponse keys = get("r/", GetOption.builder().isPrefix(true).withKeysOnly(true));
    assertThat(keys.getKvs().stream().map(pair -> described(pair, first)))
        .containsExactly("r/a= [0, 0, 1]", "r/b= [1, 3, 2]", "r/c= [2, 2, 1]", "r/d= [4, 4, 1]");
    assertThat(keys.isMore()).isFalse();
    assertThat(pairs(get("r/a", GetOption.builder().withRange(bytes("r/c")))))
        .containsExactly("r/a=3", "r/b=5");
  }

  @Test
  void rangesAreFilteredByRevision() {
    long first = fill("f/");
    assertThat(
            pairs(
                get(
                    "f/",
                    GetOption.builder()
                        .isPrefix(true)
                        .withMinModRevision(first + 2)
                        .withMaxModRevision(first + 3))))
        .containsExactly("f/b=5", "f/c=2");
    assertThat(
            pairs(
                get(
                    "f/",
                    GetOption.builder()
                        .isPrefix(true)
                        .withMinCreateRevision(first + 1)
                        .withMaxCreateRevision(first + 2))))
        .containsExactly("f/b=5", "f/c=2");
  }

  @Test
  void thePastIsReadAtItsRevisionAndTheFutureIsNot() {
    long first = fill("p/");
    GetResponse past = get("p/", GetOption.builder().isPrefix(true).withRevision(first + 2));
    assertThat(pairs(past)).containsExactly("p/a=3", "p/b=1", "p/c=2");
    assertThat(past.getHeader().getRevision()).isGreaterThanOrEqualTo(first + 4);
    Jetcd.Refusal refusal =
        refused(kv.get(bytes("p/a"), GetOption.builder().withRevision(first + 1_000_000).build()));
    assertThat(refusal)
        .isEqualTo(
            new Jetcd.Refusal(
                "OUT_OF_RANGE", "etcdserver: mvcc: required revision is a future revision"));
  }

  @Test
  void everyMemberAnswersAlone() {
    long first = fill("m/");
    for (ClusterNode node : cluster.nodes()) {
      try (Client one = Jetcd.client(List.of(node))) {
        GetOption serializable = GetOption.builder().isPrefix(true).withSerializable(true).build();
        Await.until(
            node.name() + " at revision " + (first + 4),
            BOUND,
            () ->
                done(one.getKVClient().get(bytes("m/"), serializable)).getHeader().getRevision()
                    >= first + 4);
        assertThat(pairs(done(one.getKVClient().get(bytes("m/"), serializable))))
            .containsExactly("m/a=3", "m/b=5", "m/c=2", "m/d=4");
      }
    }
  }

  @Test
  void deletesTellWhatTheyDeleted() {
    long first = fill("d/");
    DeleteResponse some =
        done(
            kv.delete(
                bytes("d/a"),
                DeleteOption.builder().withRange(bytes("d/c")).withPrevKV(true).build()));
    assertThat(some.getDeleted()).isEqualTo(2);
    assertThat(some.getHeader().getRevision()).isEqualTo(first + 5);
    assertThat(some.getPrevKvs().stream().map(pair -> described(pair, first)))
        .containsExactly("d/a=3 [0, 0, 1]", "d/b=5 [1, 3, 2]");
    DeleteResponse none = done(kv.delete(bytes("d/a")));
    assertThat(none.getDeleted()).isZero();
    assertThat(none.getHeader().getRevision()).as("nothing was changed").isEqualTo(first + 5);
    DeleteResponse rest =
        done(kv.delete(bytes("d/"), DeleteOption.builder().isPrefix(true).build()));
    assertThat(rest.getDeleted()).isEqualTo(2);
    PutResponse anew = put("d/a", "9");
    assertThat(anew.getHeader().getRevision()).isEqualTo(first + 7);
    assertThat(described(get("d/a", GetOption.builder()).getKvs().get(0), first))
        .as("born again")
        .isEqualTo("d/a=9 [7, 7, 1]");
  }

  private static boolean holds(String key, Cmp.Op op, CmpTarget<?> target) {
    return done(kv.txn().If(new Cmp(bytes(key), op, target)).commit()).isSucceeded();
  }

  @Test
  void comparesSeeVersionRevisionsAndValue() {
    long first = fill("c/");
    assertThat(holds("c/b", Cmp.Op.EQUAL, CmpTarget.version(2))).isTrue();
    assertThat(holds("c/b", Cmp.Op.GREATER, CmpTarget.version(2))).isFalse();
    assertThat(holds("c/none", Cmp.Op.EQUAL, CmpTarget.version(0))).isTrue();
    assertThat(holds("c/b", Cmp.Op.EQUAL, CmpTarget.createRevision(first + 1))).isTrue();
    assertThat(holds("c/b", Cmp.Op.LESS, CmpTarget.createRevision(first + 1))).isFalse();
    assertThat(holds("c/b", Cmp.Op.EQUAL, CmpTarget.modRevision(first + 3))).isTrue();
    assertThat(holds("c/b", Cmp.Op.NOT_EQUAL, CmpTarget.modRevision(first + 3))).isFalse();
    assertThat(holds("c/b", Cmp.Op.LESS, CmpTarget.modRevision(first + 4))).isTrue();
    assertThat(holds("c/b", Cmp.Op.EQUAL, CmpTarget.value(bytes("5")))).isTrue();
    assertThat(holds("c/b", Cmp.Op.GREATER, CmpTarget.value(bytes("5")))).isFalse();
    assertThat(holds("c/none", Cmp.Op.NOT_EQUAL, CmpTarget.value(bytes("5"))))
        .as("a key that is not there has no value to compare")
        .isFalse();
  }

  @Test
  void aTransactionDoesOneSideWholeAtOneRevision() {
    long first = fill("t/");
    Cmp isFive = new Cmp(bytes("t/b"), Cmp.Op.EQUAL, CmpTarget.value(bytes("5")));
    Op nested =
        Op.txn(
            new Cmp[] {new Cmp(bytes("t/new"), Cmp.Op.EQUAL, CmpTarget.version(1))},
            new Op[] {
              Op.get(bytes("t/new"), GetOption.DEFAULT),
              Op.put(bytes("t/inner"), bytes("yes"), PutOption.DEFAULT)
            },
            new Op[] {Op.put(bytes("t/inner"), bytes("no"), PutOption.DEFAULT)});
    Op[] success = {
      Op.put(bytes("t/new"), bytes("1"), PutOption.DEFAULT),
      Op.delete(bytes("t/a"), DeleteOption.builder().withPrevKV(true).build()),
      Op.get(bytes("t/"), GetOption.builder().isPrefix(true).build()),
      nested
    };
    Op otherwise = Op.get(bytes("t/b"), GetOption.DEFAULT);
    TxnResponse done = done(kv.txn().If(isFive).Then(success).Else(otherwise).commit());
    assertThat(done.isSucceeded()).isTrue();
    assertThat(done.getHeader().getRevision()).isEqualTo(first + 5);
    assertThat(done.getPutResponses()).hasSize(1);
    assertThat(pair(done.getDeleteResponses().get(0).getPrevKvs().get(0))).isEqualTo("t/a=3");
    assertThat(pairs(done.getGetResponses().get(0)))
        .containsExactly("t/b=5", "t/c=2", "t/d=4", "t/new=1");
    TxnResponse inner = done.getTxnResponses().get(0);
    assertThat(inner.isSucceeded()).as("version 0 when compared, as nothing is done yet").isFalse();
    assertThat(inner.getPutResponses()).hasSize(1);
    assertThat(described(get("t/inner", GetOption.builder()).getKvs().get(0), first))
        .isEqualTo("t/inner=no [5, 5, 1]");

    put("t/b", "6");
    TxnResponse other = done(kv.txn().If(isFive).Then(success).Else(otherwise).commit());
    assertThat(other.isSucceeded()).isFalse();
    assertThat(other.getHeader().getRevision()).as("only read").isEqualTo(first + 6);
    assertThat(pairs(other.getGetResponses().get(0))).containsExactly("t/b=6");
  }

  @Test
  void whatIsCompactedIsGoneAndTheRestIsThere() {
    long first = fill("x/");
    done(kv.compact(first + 3, CompactOption.builder().withCompactPhysical(true).build()));
    Jetcd.Refusal gone =
        refused(kv.get(bytes("x/b"), GetOption.builder().withRevision(first + 2).build()));
    assertThat(gone)
        .isEqualTo(
            new Jetcd.Refusal(
                "OUT_OF_RANGE", "etcdserver: mvcc: required revision has been compacted"));
    assertThat(pairs(get("x/", GetOption.builder().isPrefix(true).withRevision(first + 3))))
        .containsExactly("x/a=3", "x/b=5", "x/c=2");
    assertThat(refused(kv.compact(first + 3)))
        .extracting(Jetcd.Refusal::text)
        .asString()
        .contains("required revision has been compacted");
    assertThat(refused(kv.compact(first + 1_000_000)))
        .extracting(Jetcd.Refusal::text)
        .asString()
        .contains("required revision is a future revision");
  }

  @Test
  void badRequestsAreRefusedAndChangeNothing() {
    long before = get("e/a", GetOption.builder()).getHeader().getRevision();
    Jetcd.Refusal noLease =
        refused(kv.put(bytes("e/a"), bytes("1"), PutOption.builder().withLeaseId(12345).build()));
    assertThat(noLease)
        .isEqualTo(new Jetcd.Refusal("NOT_FOUND", "etcdserver: requested lease not found"));
    Op twice = Op.put(bytes("e/a"), bytes("1"), PutOption.DEFAULT);
    assertThat(refused(kv.txn().Then(twice, twice).commit()))
        .extracting(Jetcd.Refusal::text)
        .asString()
        .contains("duplicate key given in txn request");
    GetResponse after = get("e/a", GetOption.builder());
    assertThat(after.getKvs()).isEmpty();
    assertThat(after.getHeader().getRevision()).isEqualTo(before);
  }

  @Test
  void membersAndTheirStatusAgree() {
    List<Member> members = done(client.getClusterClient().listMember()).getMembers();
    assertThat(members).extracting(Member::getName).containsExactlyInAnyOrder("m1", "m2", "m3");
    Set<Long> leaders = new TreeSet<>();
    List<Long> ids = new ArrayList<>();
    for (ClusterNode node : cluster.nodes()) {
      StatusResponse status = done(client.getMaintenanceClient().statusMember(Jetcd.url(node)));
      long id = status.getHeader().getMemberId();
      Member listed =
          members.stream().filter(member -> member.getId() == id).findFirst().orElseThrow();
      assertThat(listed.getName()).isEqualTo(node.name());
      assertThat(listed.getClientURIs()).containsExactly(URI.create(Jetcd.url(node)));
      assertThat(listed.getPeerURIs()).containsExactly(URI.create(node.spec().peerUrl()));
      assertThat(listed.isLearner()).isFalse();
      assertThat(status.isLearner()).isFalse();
      assertThat(status.getVersion()).startsWith("3.");
      assertThat(status.getDbSize()).isPositive();
      assertThat(status.getRaftAppliedIndex()).isPositive();
      assertThat(status.getErrorList()).isEmpty();
      leaders.add(status.getLeader());
      ids.add(id);
    }
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(leaders).hasSize(1);
    assertThat(ids).containsAll(leaders);
  }

  @Test
  void theSameRevisionHasTheSameHashOnEveryMember() {
    long revision = fill("h/") + 4;
    Set<Integer> hashes = new TreeSet<>();
    for (ClusterNode node : cluster.nodes()) {
      Await.until(
          node.name() + " at revision " + revision,
          BOUND,
          () -> cluster.client(node).get("h/a", true).getHeader().getRevision() >= revision);
      hashes.add(done(client.getMaintenanceClient().hashKV(Jetcd.url(node), revision)).getHash());
    }
    assertThat(hashes).hasSize(1).doesNotContain(0);
  }
}
