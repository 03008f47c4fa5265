package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Drainable;
import io.grpc.StatusRuntimeException;
import io.kelson.api.KVGrpc;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.server.apply.TestBed;
import io.kelson.server.mvcc.RangeScan;
import io.kelson.server.mvcc.StoreView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How far ahead of its client an answer is read, and who gives up when. */
class StreamedAnswerTest {
  private static final int BUFFER = 1 << 20;
  private static final RangeRequest EVERYTHING = TestBed.rangeRequest("k", "l").build();

  @TempDir Path temp;
  private final Semaphore turns = new Semaphore(1);
  private final AtomicBoolean ready = new AtomicBoolean();
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private TestBed bed;
  private StoreView view;

  @BeforeEach
  void fill() {
    bed = new TestBed(temp);
    for (int i = 0; i < 300; i++) {
      bed.add(
          TestBed.request(
              TestBed.putRequest("k%03d".formatted(i), "")
                  .setValue(ByteString.copyFrom(new byte[10_000]))));
    }
    bed.apply();
    view = bed.store.acquireView();
  }

  @AfterEach
  void close() {
    view.close();
    bed.close();
  }

  private SendGate gate(long stallLimitNanos) {
    return new SendGate(ready::get, cancelled::get, turns, stallLimitNanos);
  }

  private InputStream answer(SendGate gate, Runnable flush) {
    int length = 0;
    try (RangeScan scan = view.scan(EVERYTHING)) {
      for (int pair = scan.skip(); pair >= 0; pair = scan.skip()) {
        length += RangeWire.pairSize(pair);
      }
    }
    byte[] head = new byte[0];
    InputStream answer =
        new StreamedAnswer(EVERYTHING, view, head, head, length, gate)
            .open(KVGrpc.getRangeMethod().getResponseMarshaller());
    ((FlushedAnswer) answer).flushesWith(flush);
    return answer;
  }

  private void drain(SendGate gate, InputStream answer) {
    gate.work(
        () -> {
          try {
            ((Drainable) answer).drainTo(out);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void nothingIsReadBeyondABufferThatTheClientHasNotTaken() {
    cancelled.set(true);
    List<Integer> flushedAt = new ArrayList<>();
    SendGate gate = gate(Long.MAX_VALUE / 2);
    assertThatThrownBy(() -> drain(gate, answer(gate, () -> flushedAt.add(out.size()))))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("the caller has left");
    assertThat(flushedAt).containsExactly(BUFFER - 5);
    assertThat(out.size()).isEqualTo(BUFFER - 5);
    assertThat(turns.availablePermits()).isEqualTo(1);
  }

  @Test
  void aClientThatTakesEverythingGetsTheWholeAnswer() throws Exception {
    ready.set(true);
    List<Integer> flushedAt = new ArrayList<>();
    SendGate gate = gate(Long.MAX_VALUE / 2);
    drain(gate, answer(gate, () -> flushedAt.add(out.size())));
    assertThat(flushedAt).containsExactly(BUFFER - 5, 2 * BUFFER - 5);
    assertThat(RangeResponse.parseFrom(out.toByteArray()).getKvsList())
        .isEqualTo(view.range(EVERYTHING).kvs());
  }

  @Test
  void aClientThatTakesNothingIsGivenUp() {
    SendGate gate = gate(1);
    assertThatThrownBy(() -> drain(gate, answer(gate, () -> {})))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("has taken none of its answer for too long");
    assertThat(turns.availablePermits()).isEqualTo(1);
  }

  @Test
  void whoeverWaitsForItsClientLetsOthersWork() throws Exception {
    SendGate slow = gate(Long.MAX_VALUE / 2);
    CountDownLatch done = new CountDownLatch(1);
    // Flushing is the last that happens before it waits.
    Thread waiting =
        new Thread(
            () -> {
              drain(slow, answer(slow, () -> {}));
              done.countDown();
            });
    waiting.start();
    while (out.size() < BUFFER - 5) {
      Thread.onSpinWait();
    }
    AtomicBoolean worked = new AtomicBoolean();
    gate(1).work(() -> worked.set(true));
    assertThat(worked).isTrue();
    assertThat(done.getCount()).isEqualTo(1);
    ready.set(true);
    slow.changed();
    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
  }
}
