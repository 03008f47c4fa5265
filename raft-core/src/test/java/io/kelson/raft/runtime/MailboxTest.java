package io.kelson.raft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message;
import io.kelson.raft.core.Proposal;
import org.junit.jupiter.api.Test;

/** What fits, what is refused, and that completions always fit. */
class MailboxTest {
  private static final Message MESSAGE = new Message.TimeoutNow(1, 2, 3);

  private static Proposal proposal(int bytes) {
    return new Proposal(1, new byte[bytes]);
  }

  @Test
  void refusesProposalsBeyondTheirNumber() {
    Mailbox mailbox = new Mailbox(2, 1_000, 10);
    assertThat(mailbox.offer(proposal(1))).isTrue();
    assertThat(mailbox.offer(proposal(1))).isTrue();
    assertThat(mailbox.offer(proposal(1))).isFalse();
  }

  @Test
  void refusesProposalsBeyondTheirBytesButNeverALoneOne() throws InterruptedException {
    Mailbox mailbox = new Mailbox(100, 1_000, 10);
    assertThat(mailbox.offer(proposal(5_000))).as("alone").isTrue();
    assertThat(mailbox.offer(proposal(1))).isFalse();
    assertThat(mailbox.take(0).proposals).hasSize(1);
    assertThat(mailbox.offer(proposal(600))).as("after a drain").isTrue();
    assertThat(mailbox.offer(proposal(600))).isFalse();
    assertThat(mailbox.offer(proposal(400))).isTrue();
  }

  @Test
  void dropsMessagesWhenFullAndCountsThem() throws InterruptedException {
    Mailbox mailbox = new Mailbox(1, 1, 2);
    mailbox.offer(MESSAGE);
    mailbox.offer(MESSAGE);
    mailbox.offer(MESSAGE);
    assertThat(mailbox.droppedMessages()).isEqualTo(1);
    assertThat(mailbox.take(0).messages).hasSize(2);
  }

  @Test
  void keepsTheNewestCompletions() throws InterruptedException {
    Mailbox mailbox = new Mailbox(1, 1, 1);
    mailbox.persisted(3);
    mailbox.persisted(7);
    mailbox.applied(5);
    Mailbox.Batch batch = mailbox.take(0);
    assertThat(batch.persistedWrite).isEqualTo(7);
    assertThat(batch.appliedIndex).isEqualTo(5);
    Mailbox.Batch next = mailbox.take(0);
    assertThat(next.persistedWrite).isZero();
    assertThat(next.appliedIndex).isZero();
  }

  @Test
  void acceptsNothingOnceClosedAndSaysSoToTheLoop() throws InterruptedException {
    Mailbox mailbox = new Mailbox(1, 1, 1);
    mailbox.take(0);
    mailbox.close();
    assertThat(mailbox.offer(proposal(1))).isFalse();
    assertThat(mailbox.take(0).closed).isTrue();
    assertThat(mailbox.take(0).closed).isTrue();
  }

  @Test
  void wakesAWaitingLoop() throws Exception {
    Mailbox mailbox = new Mailbox(1, 1, 1);
    Thread producer = new Thread(() -> mailbox.persisted(1));
    producer.start();
    long write = 0;
    while (write == 0) {
      write = mailbox.take(60_000_000_000L).persistedWrite;
    }
    producer.join();
    assertThat(write).isEqualTo(1);
  }
}
