package io.kelson.server.tls;

import io.kelson.raft.transport.PeerAddress;
import io.kelson.raft.transport.PeerSecurity;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * TLS between members: on listeners with https URLs, and to members that have them. Others are
 * plain. Thread-safe.
 */
final class PeerTls implements PeerSecurity {
  private final TlsContexts contexts;
  private final ListenSchemes schemes;
  private final Executor handshakes;
  private final Executor lookups;
  private final long handshakeTimeoutMillis;
  private final AddressCheck addresses;
  private final Refusals refusals;

  /**
   * @param schemes which listeners speak TLS
   * @param lookups may wait for the name server
   * @param addresses null if members may come from anywhere
   */
  PeerTls(
      TlsContexts contexts,
      ListenSchemes schemes,
      Executor handshakes,
      Executor lookups,
      long handshakeTimeoutMillis,
      AddressCheck addresses,
      Refusals refusals) {
    this.contexts = contexts;
    this.schemes = schemes;
    this.handshakes = handshakes;
    this.lookups = lookups;
    this.handshakeTimeoutMillis = handshakeTimeoutMillis;
    this.addresses = addresses;
    this.refusals = refusals;
  }

  @Override
  public void secureDialled(ChannelPipeline pipeline, PeerAddress address) {
    if (!address.isTls()) {
      return;
    }
    SslHandler tls =
        contexts
            .client()
            .now()
            .newHandler(pipeline.channel().alloc(), address.host(), address.port(), handshakes);
    tls.setHandshakeTimeoutMillis(handshakeTimeoutMillis);
    pipeline.addLast(tls, new TlsOutcome(TlsOutcome::passOn));
  }

  @Override
  public void secureAccepted(ChannelPipeline pipeline) {
    Channel channel = pipeline.channel();
    if (!schemes.isTls(channel.parent().localAddress())) {
      return;
    }
    pipeline.addLast(
        new TlsEntrance(
            contexts.server().now(),
            handshakes,
            handshakeTimeoutMillis,
            PlainAnswer.PEER,
            refusals,
            new TlsOutcome(
                (ctx, reason) -> {
                  refusals.refused(ctx.channel().remoteAddress(), reason);
                  TlsOutcome.passOn(ctx, reason);
                })));
    if (addresses != null) {
      pipeline.addLast(new AddressGate(addresses, lookups, refusals));
    }
  }

  @Override
  public Socket secure(Socket connected, PeerAddress address) throws IOException {
    if (!address.isTls()) {
      return connected;
    }
    SSLSocket tls =
        (SSLSocket)
            contexts
                .client()
                .now()
                .context()
                .getSocketFactory()
                .createSocket(connected, address.host(), address.port(), true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setProtocols(contexts.policy().protocols().toArray(String[]::new));
    parameters.setCipherSuites(contexts.policy().cipherSuites().toArray(String[]::new));
    if (contexts.policy().verifies()) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    tls.setSSLParameters(parameters);
    try {
      tls.startHandshake();
    } catch (SSLException e) {
      throw new IOException(Refusals.reason(e), e);
    }
    return tls;
  }
}
