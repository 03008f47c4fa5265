package io.kelson.server.apply;

import static io.kelson.server.apply.TestBed.TERM;
import static io.kelson.server.apply.TestBed.op;
import static io.kelson.server.apply.TestBed.putRequest;
import static io.kelson.server.apply.TestBed.rangeRequest;
import static io.kelson.server.apply.TestBed.request;
import static io.kelson.server.apply.TestBed.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kelson.api.EtcdError;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrantResponse;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.LeaseRevokeResponse;
import io.kelson.api.PutResponse;
import io.kelson.api.TxnRequest;
import io.kelson.api.mvcc.Event;
import io.kelson.server.mvcc.LeaseListener;
import io.kelson.server.mvcc.LeaseRecord;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.mvcc.StoreView;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.proto.LeaseCheckpoints;
import io.kelson.server.proto.LeaseExpiry;
import io.kelson.server.proto.LeaseState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leases in the log: what grants, revocations, expiries and checkpoints do to the state. */
class LeaseCommandsTest {
  @TempDir Path temp;
  private TestBed bed;

  @BeforeEach
  void open() {
    bed = new TestBed(temp.resolve("store"));
  }

  @AfterEach
  void close() {
    bed.close();
  }

  @Test
  void aGrantedLeaseStandsInTheStoreAndLeavesTheRevisionAlone() {
    var granted = (LeaseGrantResponse) bed.one(grant(7, 60));
    assertThat(granted.getID()).isEqualTo(7);
    assertThat(granted.getTTL()).isEqualTo(60);
    assertThat(granted.getHeader().getRevision()).isEqualTo(1);
    assertThat(lease(7)).isEqualTo(new LeaseRecord(7, 60, 60, 1));
    assertThat(bed.leaseChanges).containsExactly(new LeaseListener.Change(lease(7), false));
    assertThat(bed.one(grant(7, 30))).isEqualTo(EtcdError.LEASE_EXISTS);
    assertThat(lease(7).ttlSeconds()).isEqualTo(60);
  }

  @Test
  void aRevocationDeletesTheKeysInOneRevisionSorted() {
    bed.one(grant(7, 60));
    for (String key : List.of("c", "a", "b")) {
      bed.one(request(putRequest(key, "1").setLease(7)));
    }
    assertThat(keys(7)).containsExactly("a", "b", "c");
    var revoked = (LeaseRevokeResponse) bed.one(revoke(7));
    assertThat(revoked.getHeader().getRevision()).isEqualTo(5);
    RevisionEvents last = bed.events.get(bed.events.size() - 1);
    assertThat(last.events())
        .extracting(event -> event.getType() + " " + event.getKv().getKey().toStringUtf8())
        .containsExactly("DELETE a", "DELETE b", "DELETE c");
    assertThat(last.events()).extracting(Event::hasPrevKv).containsOnly(true);
    assertThat(lease(7)).isNull();
    assertThat(keys(7)).isEmpty();
    assertThat(bed.one(revoke(7))).isEqualTo(EtcdError.LEASE_NOT_FOUND);
    assertThat(bed.revision()).isEqualTo(5);
  }

  @Test
  void aRevocationWithoutKeysMakesNoRevision() {
    bed.one(grant(7, 60));
    assertThat(((LeaseRevokeResponse) bed.one(revoke(7))).getHeader().getRevision()).isEqualTo(1);
    assertThat(bed.events).isEmpty();
  }

  @Test
  void negativeIdsAreIdsLikeOthers() {
    bed.one(grant(-1, 60));
    bed.one(grant(-2, 60));
    bed.one(request(putRequest("a", "1").setLease(-1)));
    bed.one(request(putRequest("b", "1").setLease(-2)));
    assertThat(keys(-1)).containsExactly("a");
    assertThat(keys(-2)).containsExactly("b");
    assertThat(bed.one(request(putRequest("c", "1").setLease(-3))))
        .isEqualTo(EtcdError.LEASE_NOT_FOUND);
  }

  @Test
  void aKeyBelongsToOneLeaseAtATime() {
    bed.one(grant(1, 60));
    bed.one(grant(2, 60));
    bed.one(request(putRequest("k", "1").setLease(1)));
    bed.one(request(putRequest("k", "2").setLease(2)));
    assertThat(keys(1)).isEmpty();
    assertThat(keys(2)).containsExactly("k");
    bed.one(request(putRequest("k", "3").setIgnoreLease(true)));
    assertThat(keys(2)).containsExactly("k");
    bed.put("k", "4");
    assertThat(keys(2)).isEmpty();
    bed.one(request(putRequest("k", "5").setLease(2)));
    bed.delete("k", "");
    assertThat(keys(2)).isEmpty();
    bed.one(revoke(2));
    assertThat(bed.revision()).isEqualTo(7);
  }

  @Test
  void laterEntriesOfAGroupSeeWhatEarlierOnesDid() {
    bed.add(grant(1, 60));
    bed.add(request(putRequest("a", "1").setLease(1)));
    bed.add(request(putRequest("b", "1").setLease(1)));
    bed.add(request(putRequest("a", "2")));
    long revoked = bed.add(revoke(1));
    long tooLate = bed.add(request(putRequest("c", "1").setLease(1)));
    bed.add(grant(1, 30));
    long again = bed.add(request(putRequest("d", "1").setLease(1)));
    bed.apply();
    assertThat(((LeaseRevokeResponse) bed.outcomes.get(revoked)).getHeader().getRevision())
        .isEqualTo(5);
    assertThat(bed.outcomes.get(tooLate)).isEqualTo(EtcdError.LEASE_NOT_FOUND);
    assertThat(bed.outcomes.get(again)).isInstanceOf(PutResponse.class);
    assertThat(keys(1)).containsExactly("d");
    assertThat(bed.range(rangeRequest("a", "z")).kvs())
        .extracting(pair -> pair.getKey().toStringUtf8() + pair.getLease())
        .containsExactly("a0", "d1");
    assertThat(bed.leaseChanges)
        .extracting(LeaseListener.Change::ended)
        .containsExactly(false, true, false);
  }

  @Test
  void aTransactionThatPutsTwiceAndDeletesLeavesTheLastState() {
    bed.one(grant(1, 60));
    bed.txn(
        TxnRequest.newBuilder()
            .addSuccess(op(putRequest("a", "1").setLease(1)))
            .addSuccess(op(putRequest("b", "1").setLease(1))));
    assertThat(keys(1)).containsExactly("a", "b");
    Object refused =
        bed.txn(
            TxnRequest.newBuilder()
                .addSuccess(op(putRequest("a", "2")))
                .addSuccess(op(putRequest("c", "1").setLease(9))));
    assertThat(refused).isEqualTo(EtcdError.LEASE_NOT_FOUND);
    assertThat(keys(1)).containsExactly("a", "b");
  }

  @Test
  void eachExpiredLeaseHasARevisionOfItsOwn() {
    for (long id = 1; id <= 3; id++) {
      bed.one(grant(id, 60));
    }
    bed.one(request(putRequest("a", "1").setLease(1)));
    bed.one(request(putRequest("b", "1").setLease(1)));
    bed.one(request(putRequest("c", "1").setLease(3)));
    var outcome = bed.one(expiry(TERM, state(1, 1), state(2, 2), state(3, 3), state(4, 4)));
    assertThat(((LeaseRevokeResponse) outcome).getHeader().getRevision()).isEqualTo(6);
    assertThat(bed.events.subList(3, 5))
        .extracting(RevisionEvents::revision, changes -> changes.events().size())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(5L, 2), org.assertj.core.groups.Tuple.tuple(6L, 1));
    assertThat(leases()).isEmpty();
  }

  @Test
  void anExpiryOfAnotherTermIsNone() {
    bed.one(grant(1, 60));
    bed.one(request(putRequest("a", "1").setLease(1)));
    assertThat(bed.one(expiry(TERM - 1, state(1, 1)))).isEqualTo(EtcdError.LEADER_CHANGED);
    assertThat(bed.one(checkpoints(TERM - 1, state(1, 1).setRemainingSeconds(5))))
        .isEqualTo(EtcdError.LEADER_CHANGED);
    assertThat(lease(1).remainingSeconds()).isEqualTo(60);
    assertThat(keys(1)).containsExactly("a");
  }

  @Test
  void anExpiryOfAnEarlierLeaseWithTheSameIdIsNone() {
    bed.one(grant(1, 60));
    bed.one(revoke(1));
    bed.one(grant(1, 60));
    bed.one(expiry(TERM, state(1, 1)));
    bed.one(checkpoints(TERM, state(1, 1).setRemainingSeconds(5)));
    assertThat(lease(1)).isEqualTo(new LeaseRecord(1, 60, 60, 3));
  }

  @Test
  void aCheckpointIsKeptAndSeenAtOnce() {
    bed.one(grant(1, 60));
    bed.one(checkpoints(TERM, state(1, 1).setRemainingSeconds(30), state(2, 2)));
    assertThat(lease(1)).isEqualTo(new LeaseRecord(1, 60, 30, 1));
    bed.one(checkpoints(TERM, state(1, 1).setRemainingSeconds(60)));
    assertThat(lease(1).remainingSeconds()).isEqualTo(60);
    assertThat(leases()).hasSize(1);
  }

  @Test
  void aRestartFindsLeasesAndTheirKeys() {
    bed.one(grant(1, 60));
    bed.one(checkpoints(TERM, state(1, 1).setRemainingSeconds(30)));
    bed.one(request(putRequest("a", "1").setLease(1)));
    bed.close();
    bed = new TestBed(temp.resolve("store"));
    assertThat(lease(1)).isEqualTo(new LeaseRecord(1, 60, 30, 1));
    assertThat(keys(1)).containsExactly("a");
  }

  /** However the log is cut into groups, the state is the same, and agrees with the keys. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void theSameEntriesGiveTheSameLeases(long seed) {
    try (TestBed other = new TestBed(temp.resolve("other"))) {
      Random random = new Random(seed);
      for (int i = 0; i < 400; i++) {
        InternalRequest.Builder next = anything(random);
        bed.add(next.clone());
        other.add(next.clone());
        other.apply();
        if (random.nextInt(8) == 0) {
          bed.apply();
        }
      }
      bed.apply();
      assertThat(bed.store.hashKv(0)).isEqualTo(other.store.hashKv(0));
      assertThat(leases()).isEqualTo(leases(other)).isNotEmpty();
      assertThat(bed.outcomes).isEqualTo(other.outcomes);
      for (LeaseRecord lease : leases()) {
        List<String> attached = new ArrayList<>();
        bed.range(rangeRequest("k", "l")).kvs().stream()
            .filter(pair -> pair.getLease() == lease.id())
            .forEach(pair -> attached.add(pair.getKey().toStringUtf8()));
        assertThat(keys(lease.id())).isEqualTo(attached);
      }
      assertThat(bed.range(rangeRequest("k", "l")).kvs())
          .allMatch(pair -> pair.getLease() == 0 || lease(pair.getLease()) != null);
    }
  }

  private static InternalRequest.Builder anything(Random random) {
    long id = random.nextInt(6) - 2;
    id = id == 0 ? 5 : id;
    String key = "k" + random.nextInt(12);
    return switch (random.nextInt(10)) {
      case 0, 1 -> grant(id, 10 + random.nextInt(50));
      case 2 -> revoke(id);
      case 3 -> expiry(TERM - random.nextInt(2), state(id, random.nextInt(400)), state(1, 1));
      case 4 -> checkpoints(TERM, state(id, random.nextInt(400)).setRemainingSeconds(3));
      case 5 ->
          InternalRequest.newBuilder()
              .setDeleteRange(
                  io.kelson.api.DeleteRangeRequest.newBuilder()
                      .setKey(utf8(key))
                      .setRangeEnd(utf8(key + "5")));
      case 6 ->
          InternalRequest.newBuilder()
              .setTxn(
                  TxnRequest.newBuilder()
                      .addSuccess(op(putRequest(key, "t").setLease(id)))
                      // At an old revision: what went before is written first.
                      .addSuccess(op(rangeRequest("k", "l").setRevision(1)))
                      .addSuccess(op(putRequest("k99", "t").setLease(id))));
      default -> request(putRequest(key, "v").setLease(random.nextBoolean() ? id : 0));
    };
  }

  private static InternalRequest.Builder grant(long id, long ttl) {
    return InternalRequest.newBuilder()
        .setLeaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl));
  }

  private static InternalRequest.Builder revoke(long id) {
    return InternalRequest.newBuilder().setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(id));
  }

  private static LeaseState.Builder state(long id, long grantIndex) {
    return LeaseState.newBuilder().setId(id).setGrantIndex(grantIndex);
  }

  private static InternalRequest.Builder expiry(long term, LeaseState.Builder... due) {
    LeaseExpiry.Builder expiry = LeaseExpiry.newBuilder().setTerm(term);
    for (LeaseState.Builder one : due) {
      expiry.addLeases(one);
    }
    return InternalRequest.newBuilder().setLeaseExpiry(expiry);
  }

  private static InternalRequest.Builder checkpoints(long term, LeaseState.Builder... states) {
    LeaseCheckpoints.Builder all = LeaseCheckpoints.newBuilder().setTerm(term);
    for (LeaseState.Builder one : states) {
      all.addLeases(one);
    }
    return InternalRequest.newBuilder().setLeaseCheckpoints(all);
  }

  private LeaseRecord lease(long id) {
    try (StoreView view = bed.store.acquireView()) {
      return view.lease(id);
    }
  }

  private List<LeaseRecord> leases() {
    return leases(bed);
  }

  private static List<LeaseRecord> leases(TestBed of) {
    List<LeaseRecord> all = new ArrayList<>();
    try (StoreView view = of.store.acquireView()) {
      view.forEachLease(all::add);
    }
    return all;
  }

  private List<String> keys(long id) {
    try (StoreView view = bed.store.acquireView()) {
      return view.leaseKeys(id).stream().map(ByteString::toStringUtf8).toList();
    }
  }
}
