package io.kelson.server.auth;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Hashes passwords and checks them, with bcrypt. Each call costs a processor tens of milliseconds:
 * see {@link PasswordThreads}. Thread-safe.
 */
public final class Passwords {
  /** All that bcrypt looks at; longer passwords are refused instead of being cut. */
  public static final int MAX_BYTES = 72;

  /** Salt and hash of no password; checking against it costs as much as against any other. */
  private static final String NOBODY = "Kelson.nobody.has.thisu" + ".".repeat(30);

  private final int cost;
  private final ByteString nobody;

  /**
   * @param cost in [4, 31]; each step doubles the time
   */
  public Passwords(int cost) {
    this.cost = cost;
    this.nobody = ByteString.copyFromUtf8("$2a$%02d$".formatted(cost) + NOBODY);
  }

  /** What is checked against where there is no hash; for tests. */
  ByteString nobody() {
    return nobody;
  }

  /** Whether a password can be hashed at all. */
  public static boolean isTooLong(String password) {
    return password.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES;
  }

  /** A hash with a salt of its own. */
  public ByteString hash(String password) {
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    try {
      return ByteString.copyFrom(
          BCrypt.with(
                  BCrypt.Version.VERSION_2A,
                  new SecureRandom(),
                  LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2A))
              .hash(cost, bytes));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /**
   * Whether a password is the one that was hashed. Takes the same time if there is no such hash,
   * and answers no.
   *
   * @param hash empty if there is none
   */
  public boolean matches(String password, ByteString hash) {
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    ByteString compared = hash.isEmpty() ? nobody : hash;
    try {
      boolean same =
          BCrypt.verifyer(
                  BCrypt.Version.VERSION_2A,
                  LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2A))
              .verify(bytes, compared.toByteArray())
              .verified;
      return same && !hash.isEmpty() && bytes.length <= MAX_BYTES;
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }
}
