package io.kelson.server.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.Status;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.LeaseLeasesRequest;
import io.kelson.api.LeaseLeasesResponse;
import io.kelson.api.LeaseStatus;
import io.kelson.api.LeaseTimeToLiveResponse;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeRequest.SortTarget;
import io.kelson.api.RangeResponse;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is set equal, and that nothing beside it is. */
class KnownDifferencesTest {
  private static final Pattern ROW = Pattern.compile("^\\| `([a-z0-9-]+)` \\|", Pattern.MULTILINE);
  private static final EtcdVersion OLD = EtcdVersion.parse("3.4.23");
  private static final EtcdVersion NEW = EtcdVersion.parse("3.7.1");

  @Test
  void theDocumentListsTheRulesThereAre() throws Exception {
    String document = Files.readString(Path.of("../docs/API-COMPATIBILITY.md"));
    List<String> listed = ROW.matcher(document).results().map(row -> row.group(1)).toList();
    List<String> rules = Stream.of(KnownDifference.values()).map(KnownDifference::id).toList();
    assertThat(listed).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(rules);
  }

  @Test
  void whatLaterVersionsChangedIsNoDifferenceToThem() {
    assertThat(KnownDifference.applyingTo(OLD)).containsExactly(KnownDifference.values());
    assertThat(KnownDifference.applyingTo(EtcdVersion.parse("3.5.30")))
        .contains(KnownDifference.TXN_CHECK_ORDER, KnownDifference.RANGE_UNKNOWN_SORT)
        .doesNotContain(
            KnownDifference.WATCH_PROGRESS_WHEN_SYNCED,
            KnownDifference.WATCH_DELETE_AT_COMPACTION,
            KnownDifference.WATCH_NEGATIVE_START);
    assertThat(KnownDifference.applyingTo(EtcdVersion.parse("3.5.7")))
        .contains(
            KnownDifference.WATCH_PROGRESS_WHEN_SYNCED, KnownDifference.WATCH_DELETE_AT_COMPACTION);
    assertThat(KnownDifference.applyingTo(NEW))
        .doesNotContain(KnownDifference.TXN_CHECK_ORDER, KnownDifference.RANGE_UNKNOWN_SORT);
  }

  @Test
  void aPreviousPairMayBeMissingOnlyInEtcdAndOnlyWhereItWasCompacted() {
    Event without =
        Event.newBuilder().setKv(KeyValue.newBuilder().setModRevision(5).setVersion(2)).build();
    Event with = without.toBuilder().setPrevKv(KeyValue.newBuilder().setModRevision(3)).build();
    Message asked = WatchCreateRequest.newBuilder().setPrevKv(true).build();
    requireEqual(NEW, asked, without, with, 5);
    requireDifferent(NEW, asked, without, with, 4);
    requireDifferent(NEW, asked, with, without, 5);
  }

  @Test
  void keysOfALeaseMayComeInAnyOrderFromEtcdOnly() {
    LeaseTimeToLiveResponse sorted = leaseKeys("a", "b");
    LeaseTimeToLiveResponse unsorted = leaseKeys("b", "a");
    requireEqual(NEW, TxnRequest.getDefaultInstance(), unsorted, sorted, 0);
    requireDifferent(NEW, TxnRequest.getDefaultInstance(), sorted, unsorted, 0);
    requireDifferent(NEW, TxnRequest.getDefaultInstance(), leaseKeys("a"), sorted, 0);
  }

  private static LeaseTimeToLiveResponse leaseKeys(String... keys) {
    return LeaseTimeToLiveResponse.newBuilder()
        .addAllKeys(Stream.of(keys).map(ByteString::copyFromUtf8).toList())
        .build();
  }

  @Test
  void leasesMayComeInAnyOrderFromAClusterOnly() throws Divergence {
    Message asked = LeaseLeasesRequest.getDefaultInstance();
    Answer ascending = Answer.of(leases(1, 2));
    Answer descending = Answer.of(leases(2, 1));
    requireDifferent(NEW, asked, ascending, descending, 0);
    Comparison comparison = new Comparison(NEW);
    comparison.require(new Exchange("test", asked, ascending, descending, 0, true));
    Exchange fewer = new Exchange("test", asked, ascending, Answer.of(leases(2)), 0, true);
    assertThatThrownBy(() -> comparison.require(fewer)).isInstanceOf(Divergence.class);
  }

  private static LeaseLeasesResponse leases(long... ids) {
    LeaseLeasesResponse.Builder leases = LeaseLeasesResponse.newBuilder();
    for (long id : ids) {
      leases.addLeases(LeaseStatus.newBuilder().setID(id));
    }
    return leases.build();
  }

  @Test
  void onlyEqualsMayChangePlacesInASortedRange() {
    RangeRequest asked = RangeRequest.newBuilder().setSortTarget(SortTarget.VERSION).build();
    RangeResponse one = found(13, false, "a1", "b1", "c2");
    requireEqual(NEW, asked, found(13, false, "b1", "a1", "c2"), one, 0);
    requireDifferent(NEW, asked, found(12, false, "b1", "a1", "c2"), found(12, false, "a1"), 0);
    requireDifferent(NEW, asked, found(13, false, "b1", "c2", "a1"), one, 0);
    requireDifferent(NEW, asked, found(13, false, "b1", "d1", "c2"), one, 0);
    RangeResponse cut = found(13, true, "a1", "b2");
    requireEqual(NEW, asked, found(13, true, "a1", "c2"), cut, 0);
    requireDifferent(NEW, asked, found(13, true, "c1", "b2"), cut, 0);
    requireDifferent(
        NEW, RangeRequest.getDefaultInstance(), found(13, false, "b1", "a1", "c2"), one, 0);
  }

  private static RangeResponse found(long count, boolean more, String... pairs) {
    RangeResponse.Builder found = RangeResponse.newBuilder().setCount(count).setMore(more);
    for (String pair : pairs) {
      found.addKvs(
          KeyValue.newBuilder()
              .setKey(ByteString.copyFromUtf8(pair.substring(0, 1)))
              .setVersion(Long.parseLong(pair.substring(1))));
    }
    return found.build();
  }

  @Test
  void anotherReasonMayComeFirstInATxnOfAnOldEtcd() {
    Message txn = TxnRequest.getDefaultInstance();
    Answer ofPut = Answer.of(EtcdError.KEY_NOT_FOUND.status());
    Answer ofRange = Answer.of(EtcdError.COMPACTED.status());
    assertThatCode(() -> compare(OLD, txn, ofPut, ofRange, 0)).doesNotThrowAnyException();
    requireDifferent(NEW, txn, ofPut, ofRange, 0);
    requireDifferent(OLD, txn, ofRange, ofPut, 0);
    requireDifferent(OLD, PutRequest.getDefaultInstance(), ofPut, ofRange, 0);
  }

  @Test
  void theWordsOfGrpcMayDifferAndTheNumbersNot() {
    Message put = PutRequest.getDefaultInstance();
    Answer theirs =
        Answer.of(
            Status.RESOURCE_EXHAUSTED.withDescription(
                "grpc: received message larger than max (12 vs. 10)"));
    Answer ours =
        Answer.of(
            Status.RESOURCE_EXHAUSTED.withDescription("gRPC message exceeds maximum size 10: 12"));
    Answer others =
        Answer.of(
            Status.RESOURCE_EXHAUSTED.withDescription("gRPC message exceeds maximum size 11: 12"));
    assertThatCode(() -> compare(NEW, put, theirs, ours, 0)).doesNotThrowAnyException();
    requireDifferent(NEW, put, theirs, others, 0);
  }

  @Test
  void whatEndsAnOldEtcdIsNotAsked() {
    RangeRequest sorted = RangeRequest.newBuilder().setSortTargetValue(9).build();
    assertThat(new Comparison(OLD).avoids(sorted)).isTrue();
    assertThat(new Comparison(NEW).avoids(sorted)).isFalse();
    assertThat(new Comparison(OLD).avoids(RangeRequest.getDefaultInstance())).isFalse();
    TxnRequest minusOne =
        TxnRequest.newBuilder()
            .addFailure(
                RequestOp.newBuilder()
                    .setRequestTxn(
                        TxnRequest.newBuilder()
                            .addSuccess(
                                RequestOp.newBuilder()
                                    .setRequestRange(RangeRequest.newBuilder().setRevision(-1)))))
            .build();
    assertThat(new Comparison(NEW).avoids(minusOne)).isTrue();
    assertThat(new Comparison(NEW).avoids(TxnRequest.getDefaultInstance())).isFalse();
    TxnRequest.Builder keeps =
        TxnRequest.newBuilder()
            .addSuccess(
                RequestOp.newBuilder().setRequestPut(PutRequest.newBuilder().setIgnoreLease(true)));
    assertThat(new Comparison(NEW).avoids(keeps.build())).isFalse();
    RequestOp.Builder deletesAll =
        RequestOp.newBuilder()
            .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setRangeEnd(Draws.bytes(0)));
    assertThat(new Comparison(NEW).avoids(keeps.addSuccess(deletesAll).build())).isTrue();
  }

  private static void requireEqual(
      EtcdVersion version, Message asked, Message etcd, Message kelson, long compacted) {
    assertThatCode(() -> compare(version, asked, Answer.of(etcd), Answer.of(kelson), compacted))
        .doesNotThrowAnyException();
  }

  private static void requireDifferent(
      EtcdVersion version, Message asked, Message etcd, Message kelson, long compacted) {
    requireDifferent(version, asked, Answer.of(etcd), Answer.of(kelson), compacted);
  }

  private static void requireDifferent(
      EtcdVersion version, Message asked, Answer etcd, Answer kelson, long compacted) {
    assertThatThrownBy(() -> compare(version, asked, etcd, kelson, compacted))
        .isInstanceOf(Divergence.class);
  }

  private static void compare(
      EtcdVersion version, Message asked, Answer etcd, Answer kelson, long compacted)
      throws Divergence {
    new Comparison(version).require(new Exchange("test", asked, etcd, kelson, compacted, false));
  }
}
