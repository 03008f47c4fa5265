package io.kelson.server.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/**
 * Makes every connection with whatever context is in force when it begins. Whoever was given it,
 * such as a gRPC channel that lives for weeks, so dials with the newest certificate. Thread-safe.
 */
final class CurrentSslContext extends SslContext {
  private final Supplier<JdkSslContext> current;

  CurrentSslContext(Supplier<JdkSslContext> current) {
    this.current = current;
  }

  /** The context in force now. */
  JdkSslContext now() {
    return current.get();
  }

  @Override
  public boolean isClient() {
    return now().isClient();
  }

  @Override
  public List<String> cipherSuites() {
    return now().cipherSuites();
  }

  @Override
  @SuppressWarnings("deprecation")
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return now().applicationProtocolNegotiator();
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    return now().newEngine(allocator);
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
    return now().newEngine(allocator, peerHost, peerPort);
  }

  @Override
  public SSLSessionContext sessionContext() {
    return now().sessionContext();
  }
}
