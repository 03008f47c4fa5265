package io.kelson.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.SnapshotRequest;
import io.kelson.api.SnapshotResponse;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A gateway call between a service that a test writes and an output that a test drains. */
class GatewayCallTest {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final JsonWork work = new JsonWork();
  private final AnswerBudget budget = new AnswerBudget(1 << 20);
  private final Output output = new Output();

  @AfterEach
  void close() {
    work.close();
    channel.finishAndReleaseAll();
  }

  /** Where answers pile up until the test says that they have left. */
  private static final class Output implements CallOutput {
    final List<String> sent = new ArrayList<>();
    final Queue<Runnable> unwritten = new ArrayDeque<>();
    boolean writable = true;
    boolean paused;
    Status end;

    @Override
    public ByteBuf print(Message answer) {
      return JsonMessages.write("", answer, "");
    }

    @Override
    public void send(ByteBuf json, Runnable written) {
      sent.add(json.toString(StandardCharsets.UTF_8));
      json.release();
      unwritten.add(written);
    }

    @Override
    public void end(Status status) {
      assertThat(end).as("a call ends once").isNull();
      end = status;
    }

    @Override
    public boolean isWritable() {
      return writable;
    }

    @Override
    public void pauseReading(boolean pause) {
      paused = pause;
    }
  }

  private GatewayCall<?, ?> call(String name, BindableService service, ServerInterceptor... gates) {
    GatewayMethod method =
        GatewayMethods.ALL.stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    return call(method, ServerInterceptors.intercept(service, gates).getMethod(name));
  }

  private <Q, A> GatewayCall<Q, A> call(GatewayMethod method, ServerMethodDefinition<Q, A> rpc) {
    return new GatewayCall<>(
        method,
        rpc,
        channel.eventLoop(),
        work,
        budget,
        output,
        new InetSocketAddress("127.0.0.1", 1),
        "localhost");
  }

  /** Runs the loop until it is so; other threads may have a part in it. */
  private void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    do {
      channel.runPendingTasks();
      assertThat(System.nanoTime()).isLessThan(deadline);
    } while (!condition.getAsBoolean());
  }

  /** Sends blobs of some size as long as it may. */
  private static final class Blobs extends MaintenanceGrpc.MaintenanceImplBase {
    private final int size;
    private final int count;
    int sent;
    boolean cancelled;
    Context context;

    Blobs(int size, int count) {
      this.size = size;
      this.count = count;
    }

    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> observer) {
      context = Context.current();
      ServerCallStreamObserver<SnapshotResponse> call =
          (ServerCallStreamObserver<SnapshotResponse>) observer;
      call.setOnCancelHandler(() -> cancelled = true);
      call.setOnReadyHandler(() -> send(call));
    }

    private void send(ServerCallStreamObserver<SnapshotResponse> call) {
      while (call.isReady() && sent < count) {
        sent++;
        call.onNext(
            SnapshotResponse.newBuilder()
                .setRemainingBytes(sent)
                .setBlob(ByteString.copyFrom(new byte[size]))
                .build());
      }
      if (sent == count && !call.isCancelled()) {
        sent++;
        call.onCompleted();
      }
    }
  }

  private GatewayCall<?, ?> begun(Blobs service) {
    GatewayCall<?, ?> call = call("etcdserverpb.Maintenance/Snapshot", service);
    call.start(new Metadata(), OptionalLong.empty());
    call.message(new byte[] {'{', '}'});
    call.halfClose();
    channel.runPendingTasks();
    return call;
  }

  @Test
  void aServiceIsHeldUpWhileItsAnswersHaveNotLeft() {
    Blobs service = new Blobs(10_000, 50);
    begun(service);
    assertThat(service.sent).as("64 KiB of them").isEqualTo(7);
    assertThat(output.sent).hasSize(7);
    output.unwritten.remove().run();
    channel.runPendingTasks();
    assertThat(service.sent).isEqualTo(8);
    while (output.end == null) {
      output.unwritten.remove().run();
      channel.runPendingTasks();
    }
    assertThat(output.end.isOk()).isTrue();
    assertThat(output.sent).hasSize(50);
    assertThat(output.sent.get(49)).startsWith("{\"remaining_bytes\":\"50\",\"blob\":\"AAAA");
  }

  @Test
  void nothingIsWrittenToAConnectionThatTakesNothing() {
    Blobs service = new Blobs(10_000, 50);
    output.writable = false;
    GatewayCall<?, ?> call = begun(service);
    assertThat(output.sent).isEmpty();
    assertThat(service.sent).isZero();
    output.writable = true;
    call.writable();
    channel.runPendingTasks();
    assertThat(service.sent).isEqualTo(7);
  }

  @Test
  void largeAnswersAreWrittenElsewhereAndStayInOrder() {
    Blobs service = new Blobs(60_000, 5);
    begun(service);
    until(
        () -> {
          while (!output.unwritten.isEmpty()) {
            output.unwritten.remove().run();
          }
          return output.end != null;
        });
    assertThat(output.sent)
        .extracting(json -> json.substring(0, 22))
        .containsExactly(
            "{\"remaining_bytes\":\"1\"",
            "{\"remaining_bytes\":\"2\"",
            "{\"remaining_bytes\":\"3\"",
            "{\"remaining_bytes\":\"4\"",
            "{\"remaining_bytes\":\"5\"");
    assertThat(budget.taken()).isZero();
  }

  @Test
  void anAnswerForWhichThereIsNoRoomEndsTheCall() {
    Blobs service = new Blobs(2 << 20, 1);
    begun(service);
    assertThat(output.end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(service.cancelled).isTrue();
    assertThat(budget.taken()).isZero();
  }

  @Test
  void aClientThatLeavesCancelsTheCallAndItsContext() {
    Blobs service = new Blobs(40_000, 50);
    GatewayCall<?, ?> call = begun(service);
    assertThat(budget.taken()).isPositive();
    call.gone();
    until(() -> true);
    assertThat(service.cancelled).isTrue();
    assertThat(service.context.isCancelled()).isTrue();
    assertThat(output.end).isNull();
    until(
        () -> {
          while (!output.unwritten.isEmpty()) {
            output.unwritten.remove().run();
          }
          return budget.taken() == 0;
        });
  }

  @Test
  void interceptorsSeeTheCallAndMayRefuseIt() {
    List<String> tokens = new ArrayList<>();
    ServerInterceptor gate =
        new ServerInterceptor() {
          @Override
          public <Q, A> ServerCall.Listener<Q> interceptCall(
              ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
            tokens.add(call.getMethodDescriptor().getFullMethodName() + metadata.get(TOKEN));
            call.close(Status.UNAUTHENTICATED.withDescription("no"), new Metadata());
            return new ServerCall.Listener<>() {};
          }
        };
    GatewayCall<?, ?> call = call("etcdserverpb.Maintenance/Snapshot", new Blobs(1, 1), gate);
    Metadata metadata = new Metadata();
    metadata.put(TOKEN, " token");
    call.start(metadata, OptionalLong.empty());
    call.message(new byte[] {'{', '}'});
    call.halfClose();
    channel.runPendingTasks();
    assertThat(tokens).containsExactly("etcdserverpb.Maintenance/Snapshot token");
    assertThat(output.end.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void aServiceThatThrowsEndsItsCallOnly() {
    GatewayCall<?, ?> call =
        call(
            "etcdserverpb.Maintenance/Snapshot",
            new MaintenanceGrpc.MaintenanceImplBase() {
              @Override
              public void snapshot(
                  SnapshotRequest request, StreamObserver<SnapshotResponse> observer) {
                throw new IllegalStateException("planted");
              }
            });
    call.start(new Metadata(), OptionalLong.empty());
    call.message(new byte[] {'{', '}'});
    call.halfClose();
    channel.runPendingTasks();
    assertThat(output.end.getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(output.end.getDescription()).doesNotContain("planted");
  }

  @Test
  void nothingIsReadFromAClientWhoseRequestsNobodyAsksFor() {
    List<Long> seen = new ArrayList<>();
    List<ServerCallStreamObserver<WatchResponse>> calls = new ArrayList<>();
    GatewayCall<?, ?> call =
        call(
            "etcdserverpb.Watch/Watch",
            new WatchGrpc.WatchImplBase() {
              @Override
              public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> responses) {
                ServerCallStreamObserver<WatchResponse> observer =
                    (ServerCallStreamObserver<WatchResponse>) responses;
                observer.disableAutoRequest();
                calls.add(observer);
                return new StreamObserver<>() {
                  @Override
                  public void onNext(WatchRequest request) {
                    seen.add(request.getCancelRequest().getWatchId());
                  }

                  @Override
                  public void onError(Throwable problem) {}

                  @Override
                  public void onCompleted() {
                    seen.add(-1L);
                  }
                };
              }
            });
    call.start(new Metadata(), OptionalLong.empty());
    for (int i = 0; i < 20; i++) {
      call.message(
          ("{\"cancel_request\":{\"watch_id\":" + i + "}}").getBytes(StandardCharsets.UTF_8));
    }
    call.halfClose();
    channel.runPendingTasks();
    assertThat(seen).isEmpty();
    assertThat(output.paused).isTrue();
    calls.get(0).request(5);
    channel.runPendingTasks();
    assertThat(seen).containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(output.paused).isFalse();
    calls.get(0).request(100);
    channel.runPendingTasks();
    assertThat(seen).hasSize(21).endsWith(19L, -1L);
  }
}
