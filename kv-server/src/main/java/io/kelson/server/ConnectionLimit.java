package io.kelson.server;

import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiator.ProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiator.ServerFactory;
import io.kelson.server.rpc.LineLimit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds how many connections one address has open to the client port.
 *
 * <p>It stands in front of everything else that looks at a connection, so one too many is closed
 * before a byte of it is read and before TLS has done any work. What one address holds counts
 * against nobody else. Thread-safe: connections come and go on all event loops.
 */
final class ConnectionLimit {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimit.class);

  private final int maxPerAddress;
  private final LineLimit lines;
  private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();

  /**
   * @param maxPerAddress at least 1
   * @param lines how often a refusal is worth a line
   */
  ConnectionLimit(int maxPerAddress, LineLimit lines) {
    this.maxPerAddress = maxPerAddress;
    this.lines = lines;
  }

  /**
   * The same credentials behind this limit.
   *
   * @param maxPerAddress 0 for no limit, which costs nothing
   */
  static ServerCredentials around(ServerCredentials inner, int maxPerAddress) {
    if (maxPerAddress == 0) {
      return inner;
    }
    return new ConnectionLimit(maxPerAddress, new LineLimit(1, System::nanoTime)).around(inner);
  }

  ServerCredentials around(ServerCredentials inner) {
    ServerFactory factory = InternalNettyServerCredentials.toNegotiator(inner);
    return InternalNettyServerCredentials.create(
        (ServerFactory) pool -> new Negotiator(factory.newNegotiator(pool)));
  }

  /** How many connections of an address are open. */
  int open(InetAddress address) {
    return open.getOrDefault(address, 0);
  }

  private boolean maybeOpen(InetAddress address) {
    boolean[] admitted = new boolean[1];
    open.compute(
        address,
        (key, held) -> {
          int before = held == null ? 0 : held;
          admitted[0] = before < maxPerAddress;
          return admitted[0] ? before + 1 : held;
        });
    return admitted[0];
  }

  private void closed(InetAddress address) {
    open.computeIfPresent(address, (key, held) -> held == 1 ? null : held - 1);
  }

  private void refused(Channel channel, InetAddress address) {
    // Why comes before that, so that whoever sees the one finds the other.
    long leftOut = lines.ask();
    if (leftOut >= 0) {
      LOG.warn(
          "closed a connection of {}, which has {} open already; {} more were closed since the last"
              + " such line; if it is an honest client, raise --max-connections-per-address",
          address.getHostAddress(),
          maxPerAddress,
          leftOut);
    }
    channel.close();
  }

  private final class Negotiator implements ProtocolNegotiator {
    private final ProtocolNegotiator inner;

    Negotiator(ProtocolNegotiator inner) {
      this.inner = inner;
    }

    @Override
    public AsciiString scheme() {
      return inner.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpcHandler) {
      return new Turnstile(inner, grpcHandler);
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  /** The first handler of a connection: makes room for the next one, or stays and is deaf. */
  private final class Turnstile extends ChannelInboundHandlerAdapter {
    private final ProtocolNegotiator inner;
    private final GrpcHttp2ConnectionHandler grpcHandler;

    Turnstile(ProtocolNegotiator inner, GrpcHttp2ConnectionHandler grpcHandler) {
      this.inner = inner;
      this.grpcHandler = grpcHandler;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      Channel channel = ctx.channel();
      // Without an address (it went away already) there is nothing to count.
      if (channel.remoteAddress() instanceof InetSocketAddress remote) {
        InetAddress address = remote.getAddress();
        if (!maybeOpen(address)) {
          refused(channel, address);
          return;
        }
        channel.closeFuture().addListener(done -> closed(address));
      }
      ctx.pipeline().replace(this, null, inner.newHandler(grpcHandler));
    }

    /** Only if refused: gRPC is not to begin, and nothing that comes is worth a look. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {}

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }
  }
}
