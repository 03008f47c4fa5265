package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kelson.api.AuthGrpc;
import io.kelson.api.AuthenticateRequest;
import io.kelson.api.AuthenticateResponse;
import io.kelson.api.EtcdError;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RootSignInTest {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<String> SHOWN = Context.key("token");

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private volatile String wanted = "";
  private volatile boolean refusesRoot;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new FakeMaintenance())
            .addService(new FakeAuth())
            .intercept(new ShownToken())
            .build()
            .start();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .intercept(new RootSignIn())
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private StatusResponse status() {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .status(StatusRequest.getDefaultInstance());
  }

  @Test
  void whoIsNotAskedDoesNotSignIn() {
    assertThat(status().getLeader()).isEqualTo(7);
    assertThat(calls).containsExactly("status ");
  }

  @Test
  void whoIsAskedSignsInOnceAndAgainWhenTheTokenIsGone() {
    wanted = "one";
    assertThat(status().getLeader()).isEqualTo(7);
    assertThat(status().getLeader()).isEqualTo(7);
    wanted = "two";
    assertThat(status().getLeader()).isEqualTo(7);
    assertThat(calls)
        .containsExactly(
            "status ",
            "root chaos-root",
            "status one",
            "status one",
            "status one",
            "root chaos-root",
            "status two");
  }

  @Test
  void whoeverCannotSignInHearsWhy() {
    wanted = "one";
    refusesRoot = true;
    assertThatThrownBy(this::status)
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining(EtcdError.AUTH_FAILED.text());
    assertThat(calls).containsExactly("status ", "root chaos-root");
  }

  private static final class ShownToken implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String token = headers.containsKey(TOKEN) ? headers.get(TOKEN) : "";
      return Contexts.interceptCall(Context.current().withValue(SHOWN, token), call, headers, next);
    }
  }

  private final class FakeMaintenance extends MaintenanceGrpc.MaintenanceImplBase {
    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> answer) {
      String shown = SHOWN.get();
      calls.add("status " + shown);
      if (shown.equals(wanted)) {
        answer.onNext(StatusResponse.newBuilder().setLeader(7).build());
        answer.onCompleted();
      } else {
        EtcdError error = shown.isEmpty() ? EtcdError.USER_EMPTY : EtcdError.INVALID_AUTH_TOKEN;
        answer.onError(error.status().asRuntimeException());
      }
    }
  }

  private final class FakeAuth extends AuthGrpc.AuthImplBase {
    @Override
    public void authenticate(
        AuthenticateRequest request, StreamObserver<AuthenticateResponse> answer) {
      calls.add(request.getName() + " " + request.getPassword());
      if (refusesRoot) {
        answer.onError(EtcdError.AUTH_FAILED.status().asRuntimeException());
      } else {
        answer.onNext(AuthenticateResponse.newBuilder().setToken(wanted).build());
        answer.onCompleted();
      }
    }
  }
}
