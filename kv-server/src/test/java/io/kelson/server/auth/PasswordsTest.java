package io.kelson.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import com.google.protobuf.ByteString;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hashes of passwords, and the threads that work on them. */
class PasswordsTest {
  private final Passwords passwords = new Passwords(4);

  @Test
  void aPasswordMatchesItsOwnHashOnly() {
    ByteString hash = passwords.hash("geheim");
    assertThat(hash.toStringUtf8()).startsWith("$2a$04$").hasSize(60);
    assertThat(passwords.hash("geheim")).as("another salt").isNotEqualTo(hash);
    assertThat(passwords.matches("geheim", hash)).isTrue();
    assertThat(passwords.matches("Geheim", hash)).isFalse();
    assertThat(passwords.matches("", hash)).isFalse();
    assertThat(passwords.matches("", passwords.hash(""))).isTrue();
  }

  /** Made by another implementation: "U*U" with a cost of 5, from the bcrypt test vectors. */
  @Test
  void hashesOfOthersAreUnderstood() {
    ByteString hash =
        ByteString.copyFromUtf8("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
    assertThat(passwords.matches("U*U", hash)).isTrue();
    assertThat(passwords.matches("U*V", hash)).isFalse();
  }

  @Test
  void longPasswordsAreNotCut() {
    String longest = "x".repeat(Passwords.MAX_BYTES);
    assertThat(Passwords.isTooLong(longest)).isFalse();
    assertThat(Passwords.isTooLong(longest + "y")).isTrue();
    assertThat(Passwords.isTooLong("ü".repeat(37))).isTrue();
    ByteString hash = passwords.hash(longest);
    assertThat(passwords.matches(longest, hash)).isTrue();
    assertThat(passwords.matches(longest + "y", hash)).isFalse();
  }

  @Test
  void askingForNobodyIsAsMuchWorkAsForSomebody() {
    assertThat(passwords.matches("x", ByteString.EMPTY)).isFalse();
    BCrypt.Result compared =
        BCrypt.verifyer(BCrypt.Version.VERSION_2A)
            .verify("x".getBytes(), passwords.nobody().toByteArray());
    assertThat(compared.validFormat).as("not refused before the work is done").isTrue();
    assertThat(compared.details.cost).isEqualTo(4);
  }

  @Test
  @Timeout(60)
  void onlySoManyMayWaitAndSoManyBegin() throws Exception {
    AtomicLong nanos = new AtomicLong();
    CountDownLatch release = new CountDownLatch(1);
    try (PasswordThreads threads = PasswordThreads.start(2, nanos::get, Thread::new)) {
      int accepted = 0;
      while (threads.maybeExecute(() -> await(release))) {
        accepted++;
      }
      assertThat(accepted).isBetween(PasswordThreads.MAX_WAITING, PasswordThreads.MAX_WAITING + 4);
      release.countDown();
      assertThat(threads.maybeBeginLogin()).isTrue();
      assertThat(threads.maybeBeginLogin()).isTrue();
      assertThat(threads.maybeBeginLogin()).isFalse();
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
      assertThat(threads.maybeBeginLogin()).isTrue();
    }
  }

  private static void await(CountDownLatch release) {
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
