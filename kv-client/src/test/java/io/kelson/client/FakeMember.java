package io.kelson.client;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A server that answers as a test tells it, and counts what it was asked. */
final class FakeMember implements AutoCloseable {
  /** A watch stream that a client has opened. */
  record OpenStream(WatchRequest firstRequest, StreamObserver<WatchResponse> replies) {}

  final AtomicInteger puts = new AtomicInteger();
  final AtomicInteger ranges = new AtomicInteger();
  final BlockingQueue<OpenStream> streams = new LinkedBlockingQueue<>();

  volatile Consumer<StreamObserver<PutResponse>> onPut = FakeMember::accept;
  volatile Consumer<StreamObserver<RangeResponse>> onRange = FakeMember::answerEmpty;

  private final Server server;

  FakeMember() throws IOException {
    this(0);
  }

  FakeMember(int port) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .addService(new Kv())
            .addService(new Watches())
            .build()
            .start();
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Cuts every connection without an answer, as a killed process does. */
  void crash() {
    server.shutdownNow();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  static ResponseHeader header(long revision) {
    return ResponseHeader.newBuilder().setClusterId(1).setMemberId(2).setRevision(revision).build();
  }

  static void accept(StreamObserver<PutResponse> reply) {
    reply.onNext(PutResponse.newBuilder().setHeader(header(2)).build());
    reply.onCompleted();
  }

  static void answerEmpty(StreamObserver<RangeResponse> reply) {
    reply.onNext(RangeResponse.newBuilder().setHeader(header(2)).build());
    reply.onCompleted();
  }

  static <T> Consumer<StreamObserver<T>> refuse(Status status) {
    return reply -> reply.onError(status.asRuntimeException());
  }

  private final class Kv extends KVGrpc.KVImplBase {
    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> reply) {
      puts.incrementAndGet();
      onPut.accept(reply);
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> reply) {
      ranges.incrementAndGet();
      onRange.accept(reply);
    }
  }

  private final class Watches extends WatchGrpc.WatchImplBase {
    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> replies) {
      return new StreamObserver<>() {
        private boolean first = true;

        @Override
        public void onNext(WatchRequest request) {
          if (first) {
            first = false;
            streams.add(new OpenStream(request, replies));
          }
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
      };
    }
  }
}
