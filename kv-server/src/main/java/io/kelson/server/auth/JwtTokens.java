package io.kelson.server.auth;

import io.jsonwebtoken.Claims;
import io.jsonwebtoken.Jws;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.JwtParserBuilder;
import io.jsonwebtoken.Jwts;
import io.kelson.api.EtcdError;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Date;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.crypto.SecretKey;

/**
 * Signed tokens, which say themselves who their bearer is: claims {@code username}, {@code
 * revision} and {@code exp}, as etcd's.
 *
 * <p>They are good for one auth revision: whatever changes of users and roles, the next request is
 * refused and the client asks for another token. No member has to remember them. Thread-safe.
 */
public final class JwtTokens implements Tokens {
  private final JwtKeys keys;
  private final Duration ttl;
  private final LongSupplier wallMillis;
  private final JwtParser parser;

  /**
   * @param ttl how long a token is good
   * @param wallMillis the wall clock
   */
  JwtTokens(JwtKeys keys, Duration ttl, LongSupplier wallMillis) {
    this.keys = keys;
    this.ttl = ttl;
    this.wallMillis = wallMillis;
    JwtParserBuilder builder = Jwts.parser().clock(() -> new Date(wallMillis.getAsLong()));
    if (keys.verifying() instanceof SecretKey secret) {
      builder.verifyWith(secret);
    } else {
      builder.verifyWith((PublicKey) keys.verifying());
    }
    this.parser = builder.build();
  }

  /**
   * Reads the keys that a specification names.
   *
   * @throws IllegalArgumentException if a key cannot be read or does not fit the method
   */
  public static JwtTokens open(TokenSpec spec, LongSupplier wallMillis) {
    return new JwtTokens(JwtKeys.read(spec), spec.ttl(), wallMillis);
  }

  @Override
  public Identity identify(String token, AuthState state) {
    try {
      Jws<Claims> read = parser.parseSignedClaims(token);
      String user = read.getPayload().get("username", String.class);
      boolean ours = keys.method().equals(read.getHeader().getAlgorithm());
      boolean named = user != null && !user.isEmpty();
      if (ours && named && read.getPayload().get("revision") instanceof Number revision) {
        return new Identity(user, Math.max(0, revision.longValue()));
      }
      throw new AuthException(EtcdError.INVALID_AUTH_TOKEN);
    } catch (JwtException | IllegalArgumentException e) {
      throw new AuthException(EtcdError.INVALID_AUTH_TOKEN);
    }
  }

  @Override
  public long madeAt(String token) {
    return 0;
  }

  @Override
  public Optional<String> issue(String user, AuthState state) {
    if (keys.signing() == null) {
      throw new AuthException(EtcdError.TOKEN_VERIFY_ONLY);
    }
    return Optional.of(
        keys.sign(
            Jwts.builder()
                .claim("username", user)
                .claim("revision", state.revision())
                .expiration(new Date(wallMillis.getAsLong() + ttl.toMillis()))));
  }

  @Override
  public void accept(TokenEffect effect) {}
}
