package io.kelson.server.auth;

import com.google.protobuf.ByteString;
import io.kelson.api.EtcdError;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How a member that passes a call on vouches for whoever made it: by a ticket that names the user
 * and the time, sealed with a key that all members have from the log. The other member need not
 * know the caller's token or certificate. Thread-safe.
 */
public final class Tickets {
  /** How far apart the clocks of members may be, and how long a ticket may be on its way. */
  private static final long MAX_AGE_MILLIS = TimeUnit.MINUTES.toMillis(10);

  private static final String ALGORITHM = "HmacSHA256";

  private final LongSupplier wallMillis;

  public Tickets(LongSupplier wallMillis) {
    this.wallMillis = wallMillis;
  }

  /** A ticket for somebody who is known. */
  public String issue(Identity who, AuthState state) {
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    String user = encoder.encodeToString(who.user().getBytes(StandardCharsets.UTF_8));
    String content = user + "." + wallMillis.getAsLong();
    return content + "." + encoder.encodeToString(seal(content, state.ticketKey()));
  }

  /**
   * Whom a ticket names.
   *
   * @throws AuthException if it was not sealed by a member, or is too old
   */
  public Caller read(String ticket, AuthState state) {
    try {
      int end = ticket.lastIndexOf('.');
      String content = ticket.substring(0, Math.max(0, end));
      byte[] seal = Base64.getUrlDecoder().decode(ticket.substring(end + 1));
      int dot = content.indexOf('.');
      long age = wallMillis.getAsLong() - Long.parseLong(content, dot + 1, content.length(), 10);
      boolean sealed =
          !state.ticketKey().isEmpty()
              && MessageDigest.isEqual(seal, seal(content, state.ticketKey()));
      if (sealed && Math.abs(age) <= MAX_AGE_MILLIS) {
        byte[] user = Base64.getUrlDecoder().decode(content.substring(0, dot));
        return Caller.named(new String(user, StandardCharsets.UTF_8));
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // Answered below: nothing of what came in is repeated.
    }
    throw new AuthException(EtcdError.INVALID_AUTH_TOKEN);
  }

  private static byte[] seal(String content, ByteString key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key.toByteArray(), ALGORITHM));
      return mac.doFinal(content.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no " + ALGORITHM, e);
    }
  }
}
