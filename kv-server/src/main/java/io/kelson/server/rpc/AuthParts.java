package io.kelson.server.rpc;

import io.kelson.server.auth.JwtTokens;
import io.kelson.server.auth.PasswordThreads;
import io.kelson.server.auth.Passwords;
import io.kelson.server.auth.SimpleTokens;
import io.kelson.server.auth.Tickets;
import io.kelson.server.auth.TokenSpec;
import io.kelson.server.auth.Tokens;
import io.kelson.server.config.ServerConfig;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.function.LongSupplier;

/**
 * What this member knows callers by.
 *
 * @param namesFromCertificates whether a client's certificate says who it is
 */
public record AuthParts(
    Tokens tokens,
    Tickets tickets,
    Passwords passwords,
    PasswordThreads threads,
    boolean namesFromCertificates)
    implements AutoCloseable {
  /**
   * As configured.
   *
   * @param nanoTime the clock by which simple tokens age and logins are counted
   * @param wallMillis the clock by which signed tokens age
   * @throws IllegalArgumentException if tokens cannot be had as configured; the message says why
   */
  public static AuthParts open(
      ServerConfig config, LongSupplier nanoTime, LongSupplier wallMillis) {
    TokenSpec spec = TokenSpec.parse(config.auth().token());
    Tokens tokens =
        spec.isJwt()
            ? JwtTokens.open(spec, wallMillis)
            : new SimpleTokens(config.auth().tokenTtlSeconds(), nanoTime);
    return new AuthParts(
        tokens,
        new Tickets(wallMillis),
        new Passwords(config.auth().bcryptCost()),
        PasswordThreads.start(
            config.limits().maxLoginsPerSecond(),
            nanoTime,
            new DefaultThreadFactory("kelson-passwords", true)),
        config.clientTls().clientCertAuth());
  }

  /** Ends the threads; what waits in line is not done any more. */
  @Override
  public void close() {
    threads.close();
  }
}
