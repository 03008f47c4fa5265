package io.kelson.server.watch;

import static io.kelson.server.watch.FakeStore.delete;
import static io.kelson.server.watch.FakeStore.put;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.Status;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchCreateRequest.FilterType;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.Event.EventType;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.watch.WatchFixture.Client;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What one stream answers, request by request. */
class WatchStreamTest {
  private final WatchFixture fixture = new WatchFixture();

  @Test
  void createdRepliesComeInRequestOrderWithTheStoresRevision() {
    fixture.apply(put("x", "1"));
    Client client = fixture.open();
    client.create("b", r -> r.setWatchId(7).setStartRevision(1));
    client.create("a", WatchFixture::plain);
    client.create("", r -> r.setStartRevision(100));
    fixture.settle();
    List<WatchResponse> replies = client.sink().take();
    assertThat(replies).extracting(WatchResponse::getWatchId).containsExactly(7L, 0L, 1L);
    assertThat(replies).allMatch(r -> r.getCreated() && !r.getCanceled());
    assertThat(replies).allMatch(r -> r.getHeader().getRevision() == 2);
    assertThat(replies).allMatch(r -> r.getHeader().getClusterId() == WatchFixture.CLUSTER_ID);
  }

  @Test
  void serverPickedIdsSkipUsedOnes() {
    Client client = fixture.open();
    client.create("a", r -> r.setWatchId(1));
    client.create("a", WatchFixture::plain);
    client.create("a", WatchFixture::plain);
    client.cancel(0);
    client.create("a", WatchFixture::plain);
    fixture.settle();
    assertThat(client.sink().take().stream().filter(WatchResponse::getCreated))
        .extracting(WatchResponse::getWatchId)
        .containsExactly(1L, 0L, 2L, 3L);
  }

  @Test
  void aTakenIdIsRefusedAndTheFirstWatchLivesOn() {
    Client client = fixture.watch("a", r -> r.setWatchId(5));
    client.create("b", r -> r.setWatchId(5));
    fixture.settle();
    assertRefused(client, "mvcc: duplicate watch ID provided on the WatchStream");
    fixture.apply(put("a", "1"), put("b", "1"));
    fixture.settle();
    assertThat(keys(client.sink().take())).containsExactly("a");
  }

  @Test
  void anEmptyRangeIsRefused() {
    Client client = fixture.open();
    client.create("b", r -> r.setRangeEnd(WatchFixture.bytes("b")));
    fixture.settle();
    assertRefused(client, "mvcc: watcher range is empty");
    client.create("b", r -> r.setRangeEnd(WatchFixture.bytes("a")));
    fixture.settle();
    assertRefused(client, "mvcc: watcher range is empty");
    assertThat(fixture.hub.stats().watchers()).isZero();
  }

  @Test
  void aNegativeStartRevisionIsRefusedAsCompactedWithoutACompactRevision() {
    Client client = fixture.open();
    client.create("a", r -> r.setStartRevision(-1));
    fixture.settle();
    WatchResponse refused =
        assertRefused(client, "etcdserver: mvcc: required revision has been compacted");
    assertThat(refused.getCompactRevision()).isZero();
  }

  @Test
  void aRefusedClientHearsTheAuthorizersReason() {
    String reason = "rpc error: code = PermissionDenied desc = etcdserver: permission denied";
    Client client = fixture.open(range -> range.isSingleKey() ? null : reason, false);
    client.create("a", r -> r.setRangeEnd(ByteString.copyFrom(new byte[] {0})));
    fixture.settle();
    assertRefused(client, reason);
    client.create("a", WatchFixture::plain);
    fixture.apply(put("a", "1"), put("b", "1"));
    fixture.settle();
    List<WatchResponse> responses = client.sink().take();
    assertThat(responses.get(0).getCanceled()).isFalse();
    assertThat(keys(responses)).as("a right on one key shows that key only").containsExactly("a");
  }

  private static WatchResponse assertRefused(Client client, String reason) {
    List<WatchResponse> replies = client.sink().take();
    assertThat(replies).hasSize(1);
    WatchResponse refused = replies.get(0);
    assertThat(refused.getCreated()).isTrue();
    assertThat(refused.getCanceled()).isTrue();
    assertThat(refused.getWatchId()).isEqualTo(-1);
    assertThat(refused.getCancelReason()).isEqualTo(reason);
    return refused;
  }

  @Test
  void cancelIsAnsweredWithoutAReasonAndNothingFollows() {
    Client client = fixture.watch("a", WatchFixture::plain);
    fixture.apply(put("a", "1"));
    client.cancel(0);
    fixture.apply(put("a", "2"));
    fixture.settle();
    List<WatchResponse> responses = client.sink().take();
    assertThat(responses).hasSize(2);
    assertThat(keys(responses.subList(0, 1))).containsExactly("a");
    WatchResponse canceled = responses.get(1);
    assertThat(canceled.getCanceled()).isTrue();
    assertThat(canceled.getCreated()).isFalse();
    assertThat(canceled.getWatchId()).isZero();
    assertThat(canceled.getCancelReason()).isEmpty();
    assertThat(canceled.getCompactRevision()).isZero();
    assertThat(canceled.getHeader().getRevision()).isEqualTo(2);
    assertThat(fixture.hub.stats().watchers()).isZero();
  }

  @Test
  void cancelOfAnUnknownIdAndUnknownRequestsAreIgnored() {
    Client client = fixture.watch("a", WatchFixture::plain);
    client.cancel(9);
    client.stream().request(WatchRequest.getDefaultInstance());
    UnknownFieldSet.Field field = UnknownFieldSet.Field.newBuilder().addVarint(1).build();
    client.stream()
        .request(
            WatchRequest.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder().addField(99, field).build())
                .build());
    fixture.settle();
    assertThat(client.sink().take()).isEmpty();
    fixture.apply(put("a", "1"));
    fixture.settle();
    assertThat(client.sink().take()).hasSize(1);
    assertThat(client.sink().requested()).isEqualTo(4);
  }

  @Test
  void aLiveResponseHoldsTheWholeRevisionAndItsHeader() {
    Client client = fixture.watch("a", r -> r.setRangeEnd(WatchFixture.bytes("c")));
    fixture.apply(put("a", "1"), put("b", "1"), put("c", "1"));
    fixture.settle();
    fixture.apply(put("c", "2"));
    fixture.apply(put("b", "2"));
    fixture.settle();
    List<WatchResponse> responses = client.sink().take();
    assertThat(responses).hasSize(2);
    assertThat(keys(responses.subList(0, 1))).containsExactly("a", "b");
    assertThat(responses.get(0).getHeader().getRevision()).isEqualTo(2);
    assertThat(responses.get(1).getHeader().getRevision()).isEqualTo(4);
    assertThat(responses.get(0).getWatchId()).isZero();
  }

  @Test
  void previousValuesComeOnlyWhenAskedFor() {
    Client plain = fixture.watch("a", WatchFixture::plain);
    Client withPrevious = fixture.watch("a", r -> r.setPrevKv(true));
    fixture.apply(put("a", "1"));
    fixture.apply(put("a", "2"));
    fixture.apply(delete("a"));
    fixture.settle();
    List<Event> without = events(plain.sink().take());
    List<Event> with = events(withPrevious.sink().take());
    assertThat(without).hasSize(3).noneMatch(Event::hasPrevKv);
    assertThat(with).extracting(Event::hasPrevKv).containsExactly(false, true, true);
    assertThat(with.get(2).getPrevKv().getValue()).isEqualTo(WatchFixture.bytes("2"));
    assertThat(with.get(2).getPrevKv().getVersion()).isEqualTo(2);
    assertThat(without.get(2).getKv())
        .isEqualTo(KeyValue.newBuilder().setKey(WatchFixture.bytes("a")).setModRevision(4).build());
  }

  @Test
  void aKeyDeletedAndPutInOneTransactionHasNoPreviousValueWhenPut() {
    Client client = fixture.watch("a", r -> r.setPrevKv(true));
    KeyValue first = fixture.apply(put("a", "1")).events().get(0).getKv();
    KeyValue gone = KeyValue.newBuilder().setKey(first.getKey()).setModRevision(3).build();
    KeyValue again = first.toBuilder().setCreateRevision(3).setModRevision(3).build();
    Event deleted =
        Event.newBuilder().setType(EventType.DELETE).setKv(gone).setPrevKv(first).build();
    Event created = Event.newBuilder().setKv(again).setPrevKv(first).build();
    fixture.hub.applied(List.of(new RevisionEvents(3, List.of(deleted, created))));
    fixture.settle();
    assertThat(events(client.sink().take()).subList(1, 3))
        .containsExactly(deleted, created.toBuilder().clearPrevKv().build());
  }

  @Test
  void aBatchWhollyFilteredIsNotSent() {
    Client noPuts = fixture.watch("", r -> all(r).addFilters(FilterType.NOPUT));
    Client noDeletes = fixture.watch("", r -> all(r).addFilters(FilterType.NODELETE));
    Client nothing =
        fixture.watch("", r -> all(r).addFilters(FilterType.NOPUT).addFilters(FilterType.NODELETE));
    fixture.apply(put("a", "1"));
    fixture.apply(delete("a"), put("b", "1"));
    fixture.apply(delete("b"));
    fixture.settle();
    assertThat(events(noPuts.sink().take()))
        .hasSize(2)
        .allMatch(event -> event.getType() == EventType.DELETE);
    assertThat(events(noDeletes.sink().take()))
        .hasSize(2)
        .allMatch(event -> event.getType() == EventType.PUT);
    assertThat(nothing.sink().take()).isEmpty();
  }

  @Test
  void aRevisionIsSplitOnlyForThoseWhoAllowFragments() {
    WatchFixture small = new WatchFixture(options(300, 1 << 20));
    Client fragments = small.watch("", r -> all(r).setFragment(true));
    Client whole = small.watch("", WatchStreamTest::all);
    FakeStore.Change[] changes = new FakeStore.Change[10];
    for (int i = 0; i < changes.length; i++) {
      changes[i] = put("k" + i, "v".repeat(i == 5 ? 400 : 60));
    }
    small.apply(changes);
    small.settle();
    assertThat(whole.sink().take()).hasSize(1).noneMatch(WatchResponse::getFragment);
    List<WatchResponse> pieces = fragments.sink().take();
    assertThat(pieces).hasSizeGreaterThan(2);
    assertThat(pieces.subList(0, pieces.size() - 1)).allMatch(WatchResponse::getFragment);
    assertThat(pieces.get(pieces.size() - 1).getFragment()).isFalse();
    assertThat(pieces)
        .allMatch(piece -> piece.getEventsCount() == 1 || piece.getSerializedSize() < 300);
    assertThat(keys(pieces))
        .containsExactly("k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9");
  }

  @Test
  void aClientThatAsksWithoutReadingIsNotAskedForMore() {
    WatchFixture small =
        new WatchFixture(new WatchOptions(600_000, 1 << 20, 1 << 20, 1000, 1 << 20, 10, 4));
    Client client = small.open();
    client.sink().allow(0);
    for (int i = 0; i < 4; i++) {
      client.create("a", WatchFixture::plain);
    }
    small.settle();
    assertThat(client.sink().requested()).as("the fourth reply fills it").isEqualTo(3);
    client.sink().allow(1);
    client.stream().onReady();
    small.settle();
    assertThat(client.sink().requested()).isEqualTo(3);
    client.sink().allow(1);
    client.stream().onReady();
    small.settle();
    assertThat(client.sink().requested()).isEqualTo(4);
  }

  @Test
  void aStreamThatItsClientLeftForgetsEverything() {
    Client client = fixture.watch("a", r -> r.setProgressNotify(true));
    client.sink().allow(0);
    fixture.apply(put("a", "1"));
    client.stream().cancelled();
    fixture.settle();
    assertThat(client.sink().status().getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(client.sink().status().getDescription()).isEqualTo("etcdserver: watch canceled");
    assertThat(fixture.hub.stats()).isEqualTo(new WatchStats(0, 0, 0, 1, 0, 0));
    assertThat(fixture.timer.size()).isZero();
    client.create("a", WatchFixture::plain);
    fixture.apply(put("a", "2"));
    fixture.settle();
    assertThat(client.sink().take()).isEmpty();
  }

  @Test
  void closingTheHubEndsAllStreamsAndLaterOnes() {
    Client client = fixture.watch("a", WatchFixture::plain);
    client.sink().allow(0);
    fixture.hub.close();
    Client late = fixture.open();
    fixture.settle();
    for (Client each : List.of(client, late)) {
      assertThat(each.sink().status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(each.sink().status().getDescription()).isEqualTo("etcdserver: server stopped");
    }
  }

  @Test
  void losingTheLeaderEndsOnlyStreamsThatAskedForOne() {
    Client strict = fixture.open(WatchAuthorizer.ALLOW_ALL, true);
    Client easy = fixture.watch("a", WatchFixture::plain);
    fixture.hub.closeStreamsRequiringLeader();
    fixture.settle();
    assertThat(strict.sink().status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(strict.sink().status().getDescription()).isEqualTo("etcdserver: no leader");
    assertThat(easy.sink().status()).isNull();
  }

  static WatchOptions options(long fragmentBytes, long queueBytes) {
    return new WatchOptions(600_000, fragmentBytes, queueBytes, 1000, 512 << 10, 512, 1000);
  }

  static WatchCreateRequest.Builder all(WatchCreateRequest.Builder request) {
    return request.setRangeEnd(ByteString.copyFrom(new byte[] {0}));
  }

  static List<Event> events(List<WatchResponse> responses) {
    return responses.stream().flatMap(r -> r.getEventsList().stream()).toList();
  }

  static List<String> keys(List<WatchResponse> responses) {
    return events(responses).stream().map(e -> e.getKv().getKey().toStringUtf8()).toList();
  }
}
