package io.kelson.raft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message;
import io.kelson.raft.core.Proposal;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What fits, what is refused, that completions always fit, and who may step the core when. */
class MailboxTest {
  private static final Message MESSAGE = new Message.TimeoutNow(1, 2, 3);

  private final AtomicInteger rings = new AtomicInteger();

  private static Proposal proposal(int bytes) {
    return new Proposal(1, new byte[bytes]);
  }

  private Mailbox mailbox(int maxRequests, long maxProposalBytes, int maxMessages) {
    return new Mailbox(maxRequests, maxProposalBytes, maxMessages, rings::incrementAndGet);
  }

  private static Mailbox.Batch taken(Mailbox mailbox) {
    assertThat(mailbox.begin()).as("nobody is at it").isTrue();
    Mailbox.Batch batch = mailbox.takeOrRest();
    assertThat(batch).isNotNull();
    return batch;
  }

  @Test
  void refusesProposalsBeyondTheirNumber() {
    Mailbox mailbox = mailbox(2, 1_000, 10);
    assertThat(mailbox.offer(proposal(1))).isTrue();
    assertThat(mailbox.offer(proposal(1))).isTrue();
    assertThat(mailbox.offer(proposal(1))).isFalse();
  }

  @Test
  void refusesProposalsBeyondTheirBytesButNeverALoneOne() {
    Mailbox mailbox = mailbox(100, 1_000, 10);
    assertThat(mailbox.offer(proposal(5_000))).as("alone").isTrue();
    assertThat(mailbox.offer(proposal(1))).isFalse();
    assertThat(taken(mailbox).proposals).hasSize(1);
    assertThat(mailbox.offer(proposal(600))).as("after a drain").isTrue();
    assertThat(mailbox.offer(proposal(600))).isFalse();
    assertThat(mailbox.offer(proposal(400))).isTrue();
  }

  @Test
  void dropsMessagesWhenFullAndCountsThem() {
    Mailbox mailbox = mailbox(1, 1, 2);
    mailbox.offer(MESSAGE);
    mailbox.offer(MESSAGE);
    mailbox.offer(MESSAGE);
    assertThat(mailbox.droppedMessages()).isEqualTo(1);
    assertThat(taken(mailbox).messages).hasSize(2);
  }

  @Test
  void keepsTheNewestCompletions() {
    Mailbox mailbox = mailbox(1, 1, 1);
    mailbox.persisted(3);
    mailbox.persisted(7);
    mailbox.applied(5);
    Mailbox.Batch batch = taken(mailbox);
    assertThat(batch.persistedWrite).isEqualTo(7);
    assertThat(batch.appliedIndex).isEqualTo(5);
    mailbox.applied(6);
    Mailbox.Batch next = mailbox.takeOrRest();
    assertThat(next.persistedWrite).isZero();
    assertThat(next.appliedIndex).isEqualTo(6);
  }

  @Test
  void ringsOnceUntilATurnHasBegunAndNotWhileOneGoesOn() {
    Mailbox mailbox = mailbox(10, 10, 10);
    mailbox.offer(MESSAGE);
    mailbox.offer(MESSAGE);
    assertThat(rings).as("the first is to see to both").hasValue(1);
    assertThat(mailbox.begin()).isTrue();
    assertThat(mailbox.begin()).as("one at a time").isFalse();
    mailbox.offer(MESSAGE);
    assertThat(rings).as("whoever is at it will see it").hasValue(1);
    assertThat(mailbox.takeOrRest().messages).hasSize(3);
    assertThat(mailbox.takeOrRest()).isNull();
    mailbox.offer(MESSAGE);
    assertThat(rings).as("nobody is at it any more").hasValue(2);
  }

  @Test
  void aTurnThatWasAskedForMayBeBegunByAnother() throws InterruptedException {
    Mailbox mailbox = mailbox(10, 10, 10);
    mailbox.offer(MESSAGE);
    assertThat(mailbox.awaitTurn(0)).as("the loop, when a tick is due").isTrue();
    Mailbox.Batch batch = mailbox.takeOrRest();
    assertThat(batch.messages).hasSize(1);
    assertThat(batch.tickDue).isTrue();
    assertThat(mailbox.begin()).as("who was asked comes late").isFalse();
    assertThat(mailbox.takeOrRest()).isNull();
  }

  @Test
  void aCallOfTheLoopThatComesTooLateDoesNotKeepTheBellFromRinging() throws InterruptedException {
    Mailbox mailbox = mailbox(10, 10, 10);
    mailbox.offer(MESSAGE);
    assertThat(mailbox.begin()).as("another was quicker than who heard the bell").isTrue();
    mailbox.callLoop();
    assertThat(mailbox.awaitTurn(60_000_000_000L)).as("it is taken").isFalse();
    assertThat(mailbox.takeOrRest().messages).hasSize(1);
    assertThat(mailbox.takeOrRest()).isNull();
    mailbox.offer(MESSAGE);
    assertThat(rings).as("nobody is at it, and nobody was asked").hasValue(2);
  }

  @Test
  void aTickThatIsDueIsLeftToWhoeverIsAtIt() throws InterruptedException {
    Mailbox mailbox = mailbox(1, 1, 1);
    assertThat(mailbox.begin()).isTrue();
    assertThat(mailbox.awaitTurn(0)).isFalse();
    assertThat(mailbox.takeOrRest().tickDue).isTrue();
  }

  @Test
  void acceptsNothingOnceClosedAndSaysSoToTheLoop() throws InterruptedException {
    Mailbox mailbox = mailbox(1, 1, 1);
    mailbox.close();
    assertThat(mailbox.offer(proposal(1))).isFalse();
    assertThat(mailbox.awaitTurn(60_000_000_000L)).isTrue();
    assertThat(mailbox.takeOrRest().closed).isTrue();
    assertThat(mailbox.takeOrRest().closed).isTrue();
  }

  @Test
  void aTurnUnderWayWhenItIsClosedSeesThatAndHandsOver() throws InterruptedException {
    Mailbox mailbox = mailbox(1, 1, 1);
    assertThat(mailbox.begin()).isTrue();
    mailbox.close();
    assertThat(mailbox.takeOrRest().closed).isTrue();
    mailbox.handOver();
    assertThat(mailbox.awaitTurn(60_000_000_000L)).isTrue();
    assertThat(mailbox.takeOrRest().closed).isTrue();
  }

  @Test
  void theLoopIsWokenByWhatIsHandedOver() throws Exception {
    Mailbox mailbox = mailbox(1, 1, 1);
    mailbox.persisted(1);
    Thread holder =
        new Thread(
            () -> {
              mailbox.begin();
              mailbox.handOver();
            });
    holder.start();
    boolean mine = mailbox.awaitTurn(60_000_000_000L);
    while (!mine) {
      mine = mailbox.awaitTurn(60_000_000_000L);
    }
    holder.join();
    Mailbox.Batch batch = mailbox.takeOrRest();
    assertThat(batch.persistedWrite).isEqualTo(1);
    assertThat(batch.tickDue).as("it did not wait for the time to be up").isFalse();
  }
}
