package io.kelson.client;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseKeepAliveResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;

/** A server that renews leases as a test tells it, and counts. */
final class FakeLeases implements AutoCloseable {
  /** No answer at all. */
  static final long SILENCE = -1;

  final AtomicInteger streams = new AtomicInteger();
  final Map<Long, AtomicInteger> renewals = new ConcurrentHashMap<>();
  final List<StreamObserver<LeaseKeepAliveResponse>> open = new CopyOnWriteArrayList<>();

  /** The time to live to answer with, by lease id. */
  volatile LongUnaryOperator ttlSeconds;

  private final Server server;

  FakeLeases(LongUnaryOperator ttlSeconds) throws IOException {
    this.ttlSeconds = ttlSeconds;
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(new Leases())
            .build()
            .start();
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  int renewals(long id) {
    AtomicInteger count = renewals.get(id);
    return count == null ? 0 : count.get();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Leases extends LeaseGrpc.LeaseImplBase {
    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
        StreamObserver<LeaseKeepAliveResponse> replies) {
      streams.incrementAndGet();
      open.add(replies);
      return new StreamObserver<>() {
        @Override
        public void onNext(LeaseKeepAliveRequest request) {
          long id = request.getID();
          renewals.computeIfAbsent(id, key -> new AtomicInteger()).incrementAndGet();
          long ttl = ttlSeconds.applyAsLong(id);
          if (ttl != SILENCE) {
            replies.onNext(
                LeaseKeepAliveResponse.newBuilder()
                    .setHeader(FakeMember.header(2))
                    .setID(id)
                    .setTTL(ttl)
                    .build());
          }
        }

        @Override
        public void onError(Throwable error) {
          open.remove(replies);
        }

        @Override
        public void onCompleted() {
          open.remove(replies);
        }
      };
    }
  }
}
