package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kelson.api.CompactionRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeRequest.SortOrder;
import io.kelson.api.RangeRequest.SortTarget;
import io.kelson.api.RangeResponse;
import io.kelson.api.RangeStreamResponse;
import io.kelson.server.apply.TestBed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RangeStream: what its chunks add up to, and what it refuses. */
class RangeStreamTest {
  @TempDir Path temp;
  private ServedStore served;

  @BeforeEach
  void start() throws Exception {
    served = new ServedStore(temp.resolve("store"));
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  private List<RangeResponse> chunks(RangeRequest request) {
    List<RangeResponse> chunks = new ArrayList<>();
    served.kv.rangeStream(request).forEachRemaining(chunk -> chunks.add(chunk.getRangeResponse()));
    return chunks;
  }

  private static RangeResponse merged(List<RangeResponse> chunks) {
    RangeResponse.Builder merged = RangeResponse.newBuilder();
    chunks.forEach(merged::mergeFrom);
    return merged.build();
  }

  private void assertSameAsRange(RangeRequest.Builder request) {
    assertThat(merged(chunks(request.build())))
        .as("%s", request)
        .isEqualTo(served.kv.range(request.build()));
  }

  @Test
  void theChunksMergedAreWhatRangeAnswers() {
    served.fill(3_000, i -> new byte[i % 500]);
    served.fill(700, i -> new byte[7]);
    assertSameAsRange(ServedStore.everything());
    assertSameAsRange(ServedStore.everything().setRevision(2_000));
    assertSameAsRange(ServedStore.everything().setLimit(1_234));
    assertSameAsRange(ServedStore.everything().setLimit(3_000));
    assertSameAsRange(ServedStore.everything().setKeysOnly(true));
    assertSameAsRange(ServedStore.everything().setCountOnly(true));
    assertSameAsRange(ServedStore.everything().setSerializable(true));
    assertSameAsRange(
        ServedStore.everything().setSortOrder(SortOrder.ASCEND).setSortTarget(SortTarget.KEY));
    assertSameAsRange(TestBed.rangeRequest("key00017", ""));
    assertSameAsRange(TestBed.rangeRequest("nothing", ""));
    assertSameAsRange(TestBed.rangeRequest("b", "a"));
    assertSameAsRange(TestBed.rangeRequest("x", "y"));
  }

  @Test
  void aSortTargetWithoutAnOrderIsKeyOrder() {
    served.fill(50, i -> new byte[i]);
    RangeRequest.Builder request = ServedStore.everything();
    assertThat(merged(chunks(request.setSortTarget(SortTarget.VALUE).build())))
        .isEqualTo(served.kv.range(ServedStore.everything().build()));
  }

  @Test
  void onlyTheLastChunkSaysAnythingButPairsAndTheFirstIsSmall() {
    served.fill(3_000, i -> new byte[300]);
    List<RangeResponse> chunks = chunks(ServedStore.everything().build());
    RangeResponse last = chunks.remove(chunks.size() - 1);
    assertThat(chunks.get(0).getKvsCount()).isEqualTo(10);
    assertThat(chunks.get(1).getKvsCount()).isEqualTo(20);
    assertThat(chunks)
        .allSatisfy(
            chunk -> {
              assertThat(chunk.hasHeader()).isFalse();
              assertThat(chunk.getCount()).isZero();
              assertThat(chunk.getMore()).isFalse();
              assertThat(chunk.getSerializedSize()).isLessThan(101_000);
            });
    assertThat(last.getHeader().getRevision()).isEqualTo(3_001);
    assertThat(last.getCount()).isEqualTo(3_000);
  }

  @Test
  void refusalsAreEtcdsOwn() {
    assertStatus(
        Status.Code.UNIMPLEMENTED,
        "RangeStream does not support custom sort orders",
        ServedStore.everything().setSortOrder(SortOrder.DESCEND).setMinModRevision(1));
    assertStatus(
        Status.Code.UNIMPLEMENTED,
        "RangeStream does not support custom sort orders",
        ServedStore.everything().setSortOrder(SortOrder.ASCEND).setSortTarget(SortTarget.VERSION));
    assertStatus(
        Status.Code.UNIMPLEMENTED,
        "RangeStream does not support revision filters",
        ServedStore.everything().setMaxCreateRevision(1));
    assertError(EtcdError.EMPTY_KEY, RangeRequest.newBuilder());
    assertError(EtcdError.INVALID_SORT_OPTION, ServedStore.everything().setSortOrderValue(9));
    assertError(EtcdError.FUTURE_REVISION, ServedStore.everything().setRevision(9));
    served.fill(5, i -> new byte[1]);
    served.kv.compact(CompactionRequest.newBuilder().setRevision(4).build());
    assertError(EtcdError.COMPACTED, ServedStore.everything().setRevision(3));
    assertThat(chunks(ServedStore.everything().setRevision(4).build())).isNotEmpty();
  }

  private void assertError(EtcdError error, RangeRequest.Builder request) {
    assertStatus(error.status().getCode(), error.text(), request);
  }

  private void assertStatus(Status.Code code, String text, RangeRequest.Builder request) {
    assertThatThrownBy(() -> chunks(request.build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).isEqualTo(text);
            });
  }

  /** Takes chunks only when told to. */
  private static final class SlowReader
      implements ClientResponseObserver<RangeRequest, RangeStreamResponse> {
    final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
    ClientCallStreamObserver<RangeRequest> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<RangeRequest> requestStream) {
      call = requestStream;
      call.disableAutoRequestWithInitial(1);
    }

    @Override
    public void onNext(RangeStreamResponse chunk) {
      arrived.add(chunk.getRangeResponse());
    }

    @Override
    public void onError(Throwable problem) {
      arrived.add(Status.fromThrowable(problem));
    }

    @Override
    public void onCompleted() {
      arrived.add("completed");
    }

    Object next() throws InterruptedException {
      Object next = arrived.poll(60, TimeUnit.SECONDS);
      call.request(1);
      return next;
    }
  }

  @Test
  void whatChangesMeanwhileIsNotSeen() throws Exception {
    served.fill(3_000, i -> new byte[5_000]);
    RangeResponse before = served.kv.range(ServedStore.everything().build());
    SlowReader reader = new SlowReader();
    served.async.rangeStream(ServedStore.everything().build(), reader);
    List<RangeResponse> chunks = new ArrayList<>();
    chunks.add((RangeResponse) reader.next());
    served.fill(3_000, i -> new byte[3]);
    Object next = reader.next();
    while (next instanceof RangeResponse chunk) {
      chunks.add(chunk);
      next = reader.next();
    }
    assertThat(next).isEqualTo("completed");
    assertThat(merged(chunks)).isEqualTo(before);
  }

  @Test
  void aCompactionMeanwhileEndsIt() throws Exception {
    // Far more than fits on the way, so that the end cannot have been sent yet.
    served.fill(3_000, i -> new byte[5_000]);
    SlowReader reader = new SlowReader();
    served.async.rangeStream(ServedStore.everything().build(), reader);
    assertThat(reader.next()).isInstanceOf(RangeResponse.class);
    served.kv.put(PutRequest.newBuilder().setKey(ServedStore.key(1)).build());
    served.kv.compact(CompactionRequest.newBuilder().setRevision(3_002).setPhysical(true).build());
    Object next = reader.next();
    while (next instanceof RangeResponse) {
      next = reader.next();
    }
    assertThat(next)
        .isInstanceOfSatisfying(
            Status.class,
            status -> {
              assertThat(status.getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
              assertThat(status.getDescription()).isEqualTo(EtcdError.COMPACTED.text());
            });
  }

  @Test
  void moreStreamsThanRunAtATimeAllComeToTheirEnd() throws Exception {
    served.fill(3_000, i -> new byte[500]);
    List<SlowReader> readers = new ArrayList<>();
    for (int i = 0; i < RangeStreams.MAX_STREAMS + 5; i++) {
      SlowReader reader = new SlowReader();
      served.async.rangeStream(ServedStore.everything().build(), reader);
      readers.add(reader);
    }
    for (SlowReader reader : readers) {
      long pairs = 0;
      Object next = reader.next();
      while (next instanceof RangeResponse chunk) {
        pairs += chunk.getKvsCount();
        next = reader.next();
      }
      assertThat(next).isEqualTo("completed");
      assertThat(pairs).isEqualTo(3_000);
    }
  }

  @Test
  void whoeverLeavesMakesRoom() throws Exception {
    served.fill(3_000, i -> new byte[5_000]);
    for (int i = 0; i < RangeStreams.MAX_STREAMS; i++) {
      SlowReader reader = new SlowReader();
      served.async.rangeStream(ServedStore.everything().build(), reader);
      assertThat(reader.next()).isInstanceOf(RangeResponse.class);
      reader.call.cancel("seen enough", null);
    }
    assertThat(merged(chunks(ServedStore.everything().build())).getKvsCount()).isEqualTo(3_000);
  }
}
