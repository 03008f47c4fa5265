package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private static final int KIB = 1024;

  @Test
  void messagesComeOutInTheOrderTheyWentIn() {
    Outbox outbox = new Outbox(10, KIB, 1);
    for (int i = 0; i < 5; i++) {
      assertThat(outbox.offer(control(i))).isTrue();
    }
    for (int i = 0; i < 5; i++) {
      assertThat(outbox.poll()).isEqualTo(control(i));
    }
    assertThat(outbox.poll()).isNull();
    assertThat(outbox.isEmpty()).isTrue();
  }

  @Test
  void theNewestIsDroppedWhenMessagesRunOut() {
    Outbox outbox = new Outbox(2, 100 * KIB, 1);
    assertThat(outbox.offer(bulk(0, KIB))).isTrue();
    assertThat(outbox.offer(bulk(1, KIB))).isTrue();
    assertThat(outbox.offer(bulk(2, KIB))).isFalse();
    assertThat(outbox.poll()).isEqualTo(bulk(0, KIB));
    assertThat(outbox.offer(bulk(3, KIB))).isTrue();
    assertThat(outbox.poll()).isEqualTo(bulk(1, KIB));
    assertThat(outbox.poll()).isEqualTo(bulk(3, KIB));
  }

  @Test
  void theNewestIsDroppedWhenBytesRunOut() {
    Outbox outbox = new Outbox(100, 3 * KIB, 1);
    assertThat(outbox.offer(bulk(0, KIB))).isTrue();
    assertThat(outbox.offer(bulk(1, KIB))).isTrue();
    assertThat(outbox.offer(bulk(2, KIB))).isFalse();
    assertThat(outbox.offer(bulk(3, 10))).isTrue();
  }

  @Test
  void whatCarriesNoPayloadHasAReserve() {
    Outbox byMessages = new Outbox(1, 100 * KIB, 2);
    assertThat(byMessages.offer(bulk(0, KIB))).isTrue();
    assertThat(byMessages.offer(control(1))).isTrue();
    assertThat(byMessages.offer(control(2))).isTrue();
    assertThat(byMessages.offer(control(3))).isFalse();

    Outbox byBytes = new Outbox(10, KIB, 2);
    assertThat(byBytes.offer(bulk(0, 5 * KIB))).isTrue();
    assertThat(byBytes.offer(bulk(1, 1))).isFalse();
    assertThat(byBytes.offer(control(2))).isTrue();
  }

  @Test
  void anOversizedMessageGetsItsTurnWhenNothingElseWaits() {
    Outbox outbox = new Outbox(10, KIB, 1);
    assertThat(outbox.offer(bulk(0, 50 * KIB))).isTrue();
    assertThat(outbox.offer(bulk(1, 50 * KIB))).isFalse();
    outbox.poll();
    assertThat(outbox.offer(bulk(1, 50 * KIB))).isTrue();
  }

  @Test
  void countsSurviveConcurrentUse() throws InterruptedException {
    int threads = 4;
    int each = 5000;
    Outbox outbox = new Outbox(64, 64 * KIB, 8);
    CountDownLatch done = new CountDownLatch(threads);
    List<Thread> senders = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Thread sender =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  outbox.offer(i % 2 == 0 ? control(i) : bulk(i, 100));
                }
                done.countDown();
              });
      senders.add(sender);
      sender.start();
    }
    while (done.getCount() > 0) {
      outbox.poll();
    }
    for (Thread sender : senders) {
      sender.join();
    }
    while (outbox.poll() != null) {
      // Emptied, so that what fits from here on shows whether anything was counted wrongly.
    }
    for (int i = 0; i < 64; i++) {
      assertThat(outbox.offer(bulk(i, 100))).isTrue();
    }
    assertThat(outbox.offer(bulk(64, 100))).isFalse();
  }

  private static Message control(int context) {
    return new Message.ReadIndexRequest(1, 2, 1, context);
  }

  private static Message bulk(int round, int dataBytes) {
    return NettyTransportTest.append(1, 2, round, dataBytes);
  }
}
