package io.kelson.client;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kelson.api.AuthGrpc;
import io.kelson.api.AuthenticateRequest;
import io.kelson.api.AuthenticateResponse;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.MemberListRequest;
import io.kelson.api.MemberListResponse;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A server that answers as a test tells it, and counts what it was asked. */
final class FakeMember implements AutoCloseable {
  /** A watch stream that a client has opened; {@code requests} has the first one too. */
  record OpenStream(
      WatchRequest firstRequest,
      BlockingQueue<WatchRequest> requests,
      CompletableFuture<Void> gone,
      StreamObserver<WatchResponse> replies) {}

  final AtomicInteger puts = new AtomicInteger();
  final AtomicInteger ranges = new AtomicInteger();
  final BlockingQueue<OpenStream> streams = new LinkedBlockingQueue<>();

  volatile Consumer<StreamObserver<PutResponse>> onPut = FakeMember::accept;
  volatile Consumer<StreamObserver<RangeResponse>> onRange = FakeMember::answerEmpty;

  /** What the status says of itself; by default it leads. */
  volatile StatusResponse status =
      StatusResponse.newBuilder().setHeader(header(2)).setLeader(2).build();

  /** The tokens that came with puts and watches, in order; empty for none. */
  final List<String> tokens = new CopyOnWriteArrayList<>();

  /** What is handed out, one after the other. */
  final AtomicInteger authentications = new AtomicInteger();

  volatile MemberListResponse members = MemberListResponse.getDefaultInstance();

  private final Server server;

  FakeMember() throws IOException {
    this(0);
  }

  FakeMember(int port) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .addService(new Kv())
            .addService(new Watches())
            .addService(new Operators())
            .addService(new Users())
            .addService(new Members())
            .intercept(new TokenReader())
            .build()
            .start();
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Cuts every connection without an answer, as a killed process does; its port is free then. */
  void crash() {
    server.shutdownNow();
    try {
      if (!server.awaitTermination(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the server has not ended");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
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

  private final class Operators extends MaintenanceGrpc.MaintenanceImplBase {
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> reply) {
      reply.onNext(status);
      reply.onCompleted();
    }
  }

  private final class Users extends AuthGrpc.AuthImplBase {
    @Override
    public void authenticate(
        AuthenticateRequest request, StreamObserver<AuthenticateResponse> reply) {
      String token = request.getName() + "." + authentications.incrementAndGet();
      reply.onNext(AuthenticateResponse.newBuilder().setHeader(header(2)).setToken(token).build());
      reply.onCompleted();
    }
  }

  private final class Members extends ClusterGrpc.ClusterImplBase {
    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> reply) {
      reply.onNext(members);
      reply.onCompleted();
    }
  }

  private final class TokenReader implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String method = call.getMethodDescriptor().getFullMethodName();
      if (method.equals("etcdserverpb.KV/Put") || method.equals("etcdserverpb.Watch/Watch")) {
        String token = headers.get(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER));
        tokens.add(token == null ? "" : token);
      }
      return next.startCall(call, headers);
    }
  }

  private final class Watches extends WatchGrpc.WatchImplBase {
    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> replies) {
      return new StreamObserver<>() {
        private final BlockingQueue<WatchRequest> requests = new LinkedBlockingQueue<>();
        private final CompletableFuture<Void> gone = new CompletableFuture<>();
        private boolean first = true;

        @Override
        public void onNext(WatchRequest request) {
          requests.add(request);
          if (first) {
            first = false;
            streams.add(new OpenStream(request, requests, gone, replies));
          }
        }

        @Override
        public void onError(Throwable error) {
          gone.complete(null);
        }

        @Override
        public void onCompleted() {}
      };
    }
  }
}
