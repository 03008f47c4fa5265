package io.kelson.server.apply;

import static io.kelson.server.apply.TestBed.compare;
import static io.kelson.server.apply.TestBed.deleteOp;
import static io.kelson.server.apply.TestBed.op;
import static io.kelson.server.apply.TestBed.putRequest;
import static io.kelson.server.apply.TestBed.rangeRequest;
import static io.kelson.server.apply.TestBed.request;
import static io.kelson.server.apply.TestBed.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.api.CompactionRequest;
import io.kelson.api.Compare.CompareResult;
import io.kelson.api.Compare.CompareTarget;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.DeleteRangeResponse;
import io.kelson.api.EtcdError;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.proto.MemberAttributes;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each kind of entry does and answers, rule by rule as etcd has them. */
class ApplierTest {
  @TempDir Path directory;
  TestBed bed;

  @BeforeEach
  void open() {
    bed = new TestBed(directory.resolve("store"));
  }

  @AfterEach
  void close() {
    bed.close();
  }

  private KeyValue get(String key) {
    List<KeyValue> kvs = bed.range(rangeRequest(key, "")).kvs();
    return kvs.isEmpty() ? null : kvs.get(0);
  }

  @Test
  void emptyStoreIsAtRevisionOneAndTheFirstWriteMakesTwo() {
    assertThat(bed.revision()).isEqualTo(1);
    PutResponse response = (PutResponse) bed.put("a", "1");
    assertThat(response.getHeader())
        .isEqualTo(
            ResponseHeader.newBuilder()
                .setClusterId(TestBed.CLUSTER)
                .setMemberId(TestBed.MEMBER)
                .setRevision(2)
                .setRaftTerm(TestBed.TERM)
                .build());
    assertThat(bed.revision()).isEqualTo(2);
  }

  @Test
  void putCountsVersionsAndKeepsTheCreateRevisionUntilTheKeyIsDeleted() {
    bed.put("a", "1");
    bed.put("a", "1");
    assertThat(get("a")).isEqualTo(pair("a", "1", 2, 3, 2));
    bed.delete("a", "");
    assertThat(get("a")).isNull();
    bed.put("a", "2");
    assertThat(get("a")).isEqualTo(pair("a", "2", 5, 5, 1));
  }

  @Test
  void putReturnsThePreviousPairWhenAsked() {
    PutResponse first = (PutResponse) bed.one(request(putRequest("a", "1").setPrevKv(true)));
    assertThat(first.hasPrevKv()).isFalse();
    PutResponse second = (PutResponse) bed.one(request(putRequest("a", "2").setPrevKv(true)));
    assertThat(second.getPrevKv()).isEqualTo(pair("a", "1", 2, 2, 1));
  }

  @Test
  void ignoreValueKeepsTheValueAndNeedsTheKey() {
    assertThat(bed.one(request(putRequest("a", "").setIgnoreValue(true))))
        .isEqualTo(EtcdError.KEY_NOT_FOUND);
    assertThat(bed.revision()).isEqualTo(1);
    bed.put("a", "1");
    bed.one(request(putRequest("a", "").setIgnoreValue(true)));
    assertThat(get("a")).isEqualTo(pair("a", "1", 2, 3, 2));
    assertThat(bed.one(request(putRequest("b", "1").setIgnoreLease(true))))
        .isEqualTo(EtcdError.KEY_NOT_FOUND);
  }

  @Test
  void ofTwoReasonsToRefuseAPutEtcdNamesAnotherFirstInsideATxn() {
    PutRequest.Builder neither = putRequest("a", "").setIgnoreValue(true).setLease(9);
    assertThat(bed.one(request(neither))).isEqualTo(EtcdError.LEASE_NOT_FOUND);
    assertThat(bed.txn(TxnRequest.newBuilder().addSuccess(op(neither))))
        .isEqualTo(EtcdError.KEY_NOT_FOUND);
  }

  @Test
  void putOnAnUnknownLeaseIsRefused() {
    assertThat(bed.one(request(putRequest("a", "1").setLease(9))))
        .isEqualTo(EtcdError.LEASE_NOT_FOUND);
    assertThat(get("a")).isNull();
  }

  @Test
  void deletingNothingLeavesTheRevisionAndMakesNoEvent() {
    bed.put("a", "1");
    bed.events.clear();
    DeleteRangeResponse response = (DeleteRangeResponse) bed.delete("b", "c");
    assertThat(response.getDeleted()).isZero();
    assertThat(response.getHeader().getRevision()).isEqualTo(2);
    assertThat(bed.revision()).isEqualTo(2);
    assertThat(bed.events).isEmpty();
  }

  @Test
  void deletingARangeIsOneRevisionWithAnEventPerKey() {
    bed.put("a", "1");
    bed.put("b", "2");
    bed.put("c", "3");
    bed.events.clear();
    DeleteRangeResponse response =
        (DeleteRangeResponse)
            bed.one(
                InternalRequest.newBuilder()
                    .setDeleteRange(
                        DeleteRangeRequest.newBuilder()
                            .setKey(utf8("a"))
                            .setRangeEnd(utf8("c"))
                            .setPrevKv(true)));
    assertThat(response.getPrevKvsList())
        .containsExactly(pair("a", "1", 2, 2, 1), pair("b", "2", 3, 3, 1));
    assertThat(response.getHeader().getRevision()).isEqualTo(5);
    assertThat(bed.events)
        .containsExactly(
            new RevisionEvents(
                5,
                List.of(
                    deletion("a", 5, pair("a", "1", 2, 2, 1)),
                    deletion("b", 5, pair("b", "2", 3, 3, 1)))));
    assertThat(bed.store.read(5, 6, 10, 1 << 20)).isEqualTo(bed.events);
  }

  @Test
  void zeroByteRangeEndDeletesEverythingFromTheKeyOn() {
    bed.put("a", "1");
    bed.put("b", "2");
    bed.put("\u00ff\u00ff", "3");
    DeleteRangeResponse response = (DeleteRangeResponse) bed.delete("b", "\0");
    assertThat(response.getDeleted()).isEqualTo(2);
    assertThat(get("a")).isNotNull();
  }

  @Test
  void allChangesOfATxnShareOneRevision() {
    bed.put("a", "1");
    TxnResponse response =
        (TxnResponse)
            bed.txn(
                TxnRequest.newBuilder()
                    .addSuccess(op(putRequest("b", "2")))
                    .addSuccess(op(rangeRequest("a", "c")))
                    .addSuccess(deleteOp("a", ""))
                    .addSuccess(op(rangeRequest("a", "c"))));
    assertThat(response.getSucceeded()).isTrue();
    assertThat(response.getHeader().getRevision()).isEqualTo(3);
    assertThat(response.getResponses(1).getResponseRange().getKvsList())
        .containsExactly(pair("a", "1", 2, 2, 1), pair("b", "2", 3, 3, 1));
    assertThat(response.getResponses(3).getResponseRange().getCount()).isEqualTo(1);
    assertThat(response.getResponses(3).getResponseRange().getHeader())
        .isEqualTo(ResponseHeader.newBuilder().setRevision(3).build());
    assertThat(bed.store.read(3, 4, 10, 1 << 20)).isEqualTo(bed.events.subList(1, 2));
    assertThat(bed.events.get(1).events()).hasSize(2);
  }

  @Test
  void txnThatChangesNothingLeavesTheRevision() {
    TxnResponse response =
        (TxnResponse) bed.txn(TxnRequest.newBuilder().addSuccess(deleteOp("a", "")));
    assertThat(response.getHeader().getRevision()).isEqualTo(1);
    assertThat(bed.revision()).isEqualTo(1);
  }

  @Test
  void revisionsInnerResponsesReportGrowWithTheFirstChange() {
    TxnResponse response =
        (TxnResponse)
            bed.txn(
                TxnRequest.newBuilder()
                    .addSuccess(op(rangeRequest("a", "")))
                    .addSuccess(deleteOp("x", ""))
                    .addSuccess(op(putRequest("a", "1")))
                    .addSuccess(deleteOp("x", "")));
    assertThat(response.getResponses(0).getResponseRange().getHeader().getRevision()).isEqualTo(1);
    assertThat(response.getResponses(1).getResponseDeleteRange().getHeader().getRevision())
        .isEqualTo(1);
    assertThat(response.getResponses(2).getResponsePut().getHeader().getRevision()).isEqualTo(2);
    assertThat(response.getResponses(3).getResponseDeleteRange().getHeader().getRevision())
        .isEqualTo(2);
  }

  @Test
  void nestedConditionsSeeTheStateBeforeTheOutermostTxn() {
    TxnRequest.Builder nested =
        TxnRequest.newBuilder()
            .addCompare(compare("a", CompareTarget.VERSION, CompareResult.GREATER))
            .addSuccess(op(putRequest("b", "yes")))
            .addFailure(op(putRequest("b", "no")));
    TxnResponse response =
        (TxnResponse)
            bed.txn(
                TxnRequest.newBuilder()
                    .addSuccess(op(putRequest("a", "1")))
                    .addSuccess(op(nested)));
    assertThat(get("b").getValue()).isEqualTo(utf8("no"));
    TxnResponse inner = response.getResponses(1).getResponseTxn();
    assertThat(inner.getSucceeded()).isFalse();
    assertThat(inner.hasHeader()).isTrue();
    assertThat(inner.getHeader()).isEqualTo(ResponseHeader.getDefaultInstance());
  }

  @Test
  void refusedOperationInsideATxnChangesNothing() {
    bed.put("a", "1");
    assertThat(
            bed.txn(
                TxnRequest.newBuilder()
                    .addSuccess(op(putRequest("b", "1")))
                    .addSuccess(op(rangeRequest("a", "").setRevision(3)))))
        .isEqualTo(EtcdError.FUTURE_REVISION);
    assertThat(
            bed.txn(
                TxnRequest.newBuilder()
                    .addSuccess(op(putRequest("b", "1")))
                    .addSuccess(op(rangeRequest("a", "").setRevision(-1)))))
        .isEqualTo(EtcdError.COMPACTED);
    assertThat(
            bed.txn(
                TxnRequest.newBuilder()
                    .addSuccess(op(putRequest("b", "1")))
                    .addSuccess(op(putRequest("c", "1").setLease(4)))))
        .isEqualTo(EtcdError.LEASE_NOT_FOUND);
    assertThat(
            bed.txn(
                TxnRequest.newBuilder()
                    .addSuccess(op(putRequest("b", "1")))
                    .addSuccess(
                        op(
                            TxnRequest.newBuilder()
                                .addSuccess(op(putRequest("c", "").setIgnoreValue(true)))))))
        .isEqualTo(EtcdError.KEY_NOT_FOUND);
    assertThat(bed.revision()).isEqualTo(2);
    assertThat(get("b")).isNull();
    assertThat(bed.events).hasSize(1);
  }

  @Test
  void branchNotTakenIsNotChecked() {
    Object outcome =
        bed.txn(
            TxnRequest.newBuilder()
                .addSuccess(op(putRequest("b", "1")))
                .addFailure(op(rangeRequest("a", "").setRevision(99))));
    assertThat(outcome).isInstanceOf(TxnResponse.class);
  }

  @Test
  void rangeAtAnOldRevisionInsideATxnSeesEarlierEntriesOfTheSameGroup() {
    bed.add(request(putRequest("a", "1")));
    bed.add(request(putRequest("a", "2")));
    long id =
        bed.add(
            InternalRequest.newBuilder()
                .setTxn(
                    TxnRequest.newBuilder()
                        .addSuccess(op(putRequest("a", "3")))
                        .addSuccess(op(putRequest("b", "1")))
                        .addSuccess(op(rangeRequest("a", "z").setRevision(2)))
                        .addSuccess(op(rangeRequest("a", "z").setRevision(3)))
                        .addSuccess(op(rangeRequest("a", "z").setLimit(1)))));
    long after = bed.add(request(putRequest("c", "1")));
    bed.apply();
    TxnResponse response = (TxnResponse) bed.outcomes.get(id);
    assertThat(response.getResponses(2).getResponseRange().getKvsList())
        .containsExactly(pair("a", "1", 2, 2, 1));
    assertThat(response.getResponses(3).getResponseRange().getKvsList())
        .containsExactly(pair("a", "2", 2, 3, 2));
    assertThat(response.getResponses(4).getResponseRange().getCount()).isEqualTo(2);
    assertThat(((PutResponse) bed.outcomes.get(after)).getHeader().getRevision()).isEqualTo(5);
    assertThat(bed.events).hasSize(4);
    assertThat(bed.store.read(0, 100, 100, 1 << 20)).isEqualTo(bed.events);
    assertThat(bed.range(rangeRequest("a", "z")).count()).isEqualTo(3);
  }

  @Test
  void keyPutAndDeletedInOneTxnShowsBothEventsAndNothingElse() {
    // Two nested siblings may do this; etcd lets it through.
    TxnRequest.Builder put = TxnRequest.newBuilder().addSuccess(op(putRequest("k", "1")));
    TxnRequest.Builder delete = TxnRequest.newBuilder().addSuccess(deleteOp("k", ""));
    bed.txn(TxnRequest.newBuilder().addSuccess(op(put)).addSuccess(op(delete)));
    assertThat(get("k")).isNull();
    assertThat(bed.events.get(0).events())
        .containsExactly(
            Event.newBuilder().setKv(pair("k", "1", 2, 2, 1)).build(), deletion("k", 2, null));
    assertThat(bed.store.read(2, 3, 1, 1)).isEqualTo(bed.events);
    bed.put("k", "2");
    bed.put("x", "2");
    assertThat(bed.range(rangeRequest("k", "").setRevision(2)).count()).isZero();
    assertThat(bed.range(rangeRequest("a", "z").setRevision(2)).count()).isZero();
    assertThat(bed.range(rangeRequest("a", "z").setRevision(3)).kvs())
        .containsExactly(pair("k", "2", 3, 3, 1));
    assertThat(bed.range(rangeRequest("a", "z").setCountOnly(true).setRevision(2)).count())
        .isZero();
  }

  @Test
  void existingKeyPutAndDeletedInOneTxnKeepsItsPastAndTheStateBeforeAsPrevious() {
    bed.put("k", "0");
    TxnRequest.Builder put = TxnRequest.newBuilder().addSuccess(op(putRequest("k", "1")));
    TxnRequest.Builder delete = TxnRequest.newBuilder().addSuccess(deleteOp("k", ""));
    bed.txn(TxnRequest.newBuilder().addSuccess(op(put)).addSuccess(op(delete)));
    KeyValue before = pair("k", "0", 2, 2, 1);
    assertThat(bed.events.get(1).events())
        .containsExactly(
            Event.newBuilder().setKv(pair("k", "1", 2, 3, 2)).setPrevKv(before).build(),
            deletion("k", 3, before));
    assertThat(bed.store.read(3, 4, 1, 1)).isEqualTo(bed.events.subList(1, 2));
    assertThat(bed.range(rangeRequest("k", "").setRevision(2)).kvs()).containsExactly(before);
    assertThat(bed.range(rangeRequest("k", "")).count()).isZero();
  }

  @Test
  void laterEntriesOfAGroupSeeEarlierOnes() {
    bed.add(request(putRequest("a", "1")));
    long second = bed.add(request(putRequest("a", "2").setPrevKv(true)));
    long third =
        bed.add(
            InternalRequest.newBuilder()
                .setDeleteRange(
                    DeleteRangeRequest.newBuilder().setKey(utf8("a")).setRangeEnd(utf8("b"))));
    bed.apply();
    assertThat(((PutResponse) bed.outcomes.get(second)).getPrevKv())
        .isEqualTo(pair("a", "1", 2, 2, 1));
    assertThat(((DeleteRangeResponse) bed.outcomes.get(third)).getDeleted()).isEqualTo(1);
    assertThat(bed.store.read(0, 100, 100, 1 << 20)).isEqualTo(bed.events);
    assertThat(bed.range(rangeRequest("a", "b").setRevision(3)).kvs())
        .containsExactly(pair("a", "2", 2, 3, 2));
  }

  @Test
  void resultsComeInLogOrderThenTheFlushThenTheEvents() {
    bed.add(request(putRequest("a", "1")));
    bed.add(request(putRequest("b", "1").setLease(1)));
    bed.add(request(putRequest("c", "1")));
    bed.apply();
    assertThat(bed.calls).containsExactly("result 1", "result 2", "result 3", "flush", "events");
    assertThat(bed.applier.applied()).isEqualTo(new LogPosition(TestBed.TERM, 3));
  }

  @Test
  void nobodyWaitingMeansNoResultsButTheSameState() {
    bed.waiting = false;
    bed.put("a", "1");
    assertThat(bed.calls).containsExactly("flush", "events");
    assertThat(get("a")).isEqualTo(pair("a", "1", 2, 2, 1));
  }

  @Test
  void entriesThatAreNoCommandsOnlyMoveThePosition() {
    bed.applier.apply(
        List.of(Entry.noop(1, 1), new Entry(2, 2, EntryType.CONFIG, new byte[] {1, 2})));
    assertThat(bed.applier.applied()).isEqualTo(new LogPosition(2, 2));
    assertThat(bed.revision()).isEqualTo(1);
    assertThat(bed.calls).containsExactly("flush");
  }

  @Test
  void gapInTheLogAndUnknownRequestsStopTheNode() {
    assertThatThrownBy(() -> bed.applier.apply(List.of(Entry.noop(1, 2))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("gap");
    assertThatThrownBy(
            () -> bed.applier.apply(List.of(new Entry(1, 1, EntryType.NORMAL, new byte[] {1}))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("does not parse");
    assertThatThrownBy(
            () -> bed.applier.apply(List.of(TestBed.entry(1, InternalRequest.newBuilder()))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("does not know");
    assertThat(bed.applier.applied()).isEqualTo(LogPosition.ZERO);
  }

  @Test
  void memberAttributesSurviveAReopenInOrderOfTheirIds() {
    for (long id : new long[] {-2, 5, 1}) {
      bed.one(
          InternalRequest.newBuilder()
              .setMemberAttributes(
                  MemberAttributes.newBuilder()
                      .setMemberId(id)
                      .setName("m" + id)
                      .addClientUrls("http://127.0.0.1:1")));
    }
    assertThat(bed.store.memberAttributes().keySet()).containsExactly(1L, 5L, -2L);
    bed.close();
    open();
    assertThat(bed.store.memberAttributes().keySet()).containsExactly(1L, 5L, -2L);
    assertThat(bed.store.memberAttributes().get(5L).getName()).isEqualTo("m5");
    assertThat(bed.revision()).isEqualTo(1);
  }

  @Test
  void compactionHidesOlderRevisionsAndRefusesNonsense() {
    bed.put("a", "1");
    bed.put("a", "2");
    bed.put("a", "3");
    assertThat(bed.one(compaction(9))).isEqualTo(EtcdError.FUTURE_REVISION);
    bed.one(compaction(3));
    assertThat(bed.one(compaction(3))).isEqualTo(EtcdError.COMPACTED);
    assertThat(bed.range(rangeRequest("a", "").setRevision(3)).kvs())
        .containsExactly(pair("a", "2", 2, 3, 2));
    assertThatThrownBy(() -> bed.range(rangeRequest("a", "").setRevision(2)))
        .isInstanceOf(io.kelson.server.mvcc.CompactedException.class);
    assertThatThrownBy(() -> bed.store.read(2, 9, 9, 9))
        .isInstanceOf(io.kelson.server.mvcc.CompactedException.class);
    assertThat(bed.store.read(3, 4, 9, 9)).isEqualTo(bed.events.subList(1, 2));
    assertThat(
            bed.txn(TxnRequest.newBuilder().addSuccess(op(rangeRequest("a", "").setRevision(2)))))
        .isEqualTo(EtcdError.COMPACTED);
    bed.close();
    open();
    assertThat(bed.store.compactRevision()).isEqualTo(3);
  }

  private static InternalRequest.Builder compaction(long revision) {
    return InternalRequest.newBuilder()
        .setCompaction(CompactionRequest.newBuilder().setRevision(revision));
  }

  static KeyValue pair(String key, String value, long create, long mod, long version) {
    return KeyValue.newBuilder()
        .setKey(utf8(key))
        .setValue(utf8(value))
        .setCreateRevision(create)
        .setModRevision(mod)
        .setVersion(version)
        .build();
  }

  private static Event deletion(String key, long revision, KeyValue before) {
    Event.Builder event =
        Event.newBuilder()
            .setType(Event.EventType.DELETE)
            .setKv(KeyValue.newBuilder().setKey(utf8(key)).setModRevision(revision));
    return before == null ? event.build() : event.setPrevKv(before).build();
  }
}
