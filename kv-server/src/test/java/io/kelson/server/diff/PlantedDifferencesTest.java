package io.kelson.server.diff;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.DeleteRangeResponse;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whether the differential test would notice: two Kelsons are compared, and what one of them says
 * is changed on its way. No etcd is needed.
 */
class PlantedDifferencesTest {
  private static final ByteString A = ByteString.copyFromUtf8("a");

  /** A little of everything, and one error. */
  private static final List<Step> STEPS =
      List.of(
          session ->
              session.createWatch(
                  marks -> WatchCreateRequest.newBuilder().setKey(A).setPrevKv(true).build(), 0),
          put("1"),
          put("2"),
          session -> session.range(marks -> RangeRequest.newBuilder().setKey(A).build(), 0),
          session ->
              session.range(
                  marks -> RangeRequest.newBuilder().setKey(A).setRevision(1 << 20).build(), 0),
          session ->
              session.txn(
                  marks ->
                      TxnRequest.newBuilder()
                          .addSuccess(
                              RequestOp.newBuilder()
                                  .setRequestPut(PutRequest.newBuilder().setKey(A)))
                          .build(),
                  0),
          session ->
              session.delete(
                  marks -> DeleteRangeRequest.newBuilder().setKey(A).setPrevKv(true).build(), 0),
          session -> session.watchProgress(0),
          session -> session.cancelWatch(0, 0));

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir static Path folder;

  private static Server original;
  private static Server copy;

  @BeforeAll
  static void start() throws Exception {
    original = KelsonCluster.start(Files.createTempDirectory(folder, "original"), 1);
    copy = KelsonCluster.start(Files.createTempDirectory(folder, "copy"), 1);
  }

  @AfterAll
  static void stop() {
    original.close();
    copy.close();
  }

  private static Step put(String value) {
    return session ->
        session.put(
            marks ->
                PutRequest.newBuilder()
                    .setKey(A)
                    .setValue(ByteString.copyFromUtf8(value))
                    .setPrevKv(true)
                    .build(),
            0);
  }

  @Test
  void twoOfTheSameAgree() {
    assertThatCode(() -> run(UnaryOperator.identity(), PATIENCE)).doesNotThrowAnyException();
  }

  @Test
  void aFieldOfARangeIsSeen() {
    requireSeen(RangeResponse.class, r -> r.toBuilder().setCount(r.getCount() + 1).build());
    requireSeen(RangeResponse.class, r -> r.toBuilder().setMore(true).build());
    requireSeen(RangeResponse.class, r -> r.toBuilder().clearKvs().build());
    requireSeen(
        RangeResponse.class,
        r -> {
          RangeResponse.Builder changed = r.toBuilder();
          changed.getKvsBuilderList().forEach(pair -> pair.setLease(1));
          return changed.build();
        });
  }

  @Test
  void aHeaderIsSeen() {
    requireSeen(
        RangeResponse.class,
        r -> {
          RangeResponse.Builder changed = r.toBuilder();
          changed.getHeaderBuilder().setRevision(r.getHeader().getRevision() + 1);
          return changed.build();
        });
    requireSeen(
        PutResponse.class,
        r -> {
          PutResponse.Builder changed = r.toBuilder();
          changed.getHeaderBuilder().setMemberId(7);
          return changed.build();
        });
    requireSeen(
        PutResponse.class,
        r -> {
          PutResponse.Builder changed = r.toBuilder();
          changed.getHeaderBuilder().clearRaftTerm();
          return changed.build();
        });
    requireSeen(TxnResponse.class, r -> r.toBuilder().clearHeader().build());
  }

  @Test
  void aFieldOfAWriteIsSeen() {
    requireSeen(PutResponse.class, r -> r.toBuilder().clearPrevKv().build());
    requireSeen(DeleteRangeResponse.class, r -> r.toBuilder().clearPrevKvs().build());
    requireSeen(TxnResponse.class, r -> r.toBuilder().setSucceeded(false).build());
    requireSeen(
        TxnResponse.class,
        r -> {
          TxnResponse.Builder changed = r.toBuilder();
          changed.getResponsesBuilder(0).getResponsePutBuilder().getHeaderBuilder().setMemberId(1);
          return changed.build();
        });
  }

  @Test
  void aFieldNobodyKnowsIsSeen() {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    requireSeen(PutResponse.class, r -> r.toBuilder().setUnknownFields(unknown).build());
  }

  @Test
  void anErrorIsSeen() {
    requireSeen(new ChangedStatus(status -> status.withDescription(status.getDescription() + ".")));
    requireSeen(
        new ChangedStatus(status -> Status.NOT_FOUND.withDescription(status.getDescription())));
  }

  @Test
  void anEventIsSeen() {
    requireSeenInEvents(r -> r.toBuilder().clearEvents().build());
    requireSeenInEvents(r -> r.toBuilder().addEvents(r.getEvents(0)).build());
    requireSeenInEvents(
        r -> {
          WatchResponse.Builder changed = r.toBuilder();
          changed.getEventsBuilder(0).clearPrevKv();
          return changed.build();
        });
    requireSeenInEvents(
        r -> {
          WatchResponse.Builder changed = r.toBuilder();
          changed.getEventsBuilder(0).getKvBuilder().setValue(A);
          return changed.build();
        });
    requireSeenInEvents(
        r -> {
          WatchResponse.Builder changed = r.toBuilder();
          changed.getHeaderBuilder().setRevision(1);
          return changed.build();
        });
    requireSeenInEvents(r -> r.toBuilder().setWatchId(5).build());
  }

  @Test
  void aReplyOnAWatchStreamIsSeen() {
    requireSeenInReplies(r -> r.toBuilder().clearCreated().build());
    requireSeenInReplies(r -> r.toBuilder().setWatchId(r.getWatchId() + 1).build());
    requireSeenInReplies(r -> r.toBuilder().setCancelReason("because").build());
    requireSeenInReplies(r -> r.toBuilder().setCompactRevision(1).build());
    requireSeenInReplies(
        r -> {
          WatchResponse.Builder changed = r.toBuilder();
          changed.getHeaderBuilder().setRevision(r.getHeader().getRevision() + 1);
          return changed.build();
        });
  }

  private static void requireSeenInEvents(UnaryOperator<WatchResponse> change) {
    requireSeen(WatchResponse.class, r -> r.getEventsCount() > 0 ? change.apply(r) : r);
  }

  private static void requireSeenInReplies(UnaryOperator<WatchResponse> change) {
    requireSeen(WatchResponse.class, r -> r.getEventsCount() == 0 ? change.apply(r) : r);
  }

  private static <A> void requireSeen(Class<A> type, UnaryOperator<A> change) {
    requireSeen(new ChangedMessage<>(type, change));
  }

  private static void requireSeen(ClientInterceptor liar) {
    assertThatThrownBy(
            () ->
                run(channel -> ClientInterceptors.intercept(channel, liar), Duration.ofMillis(200)))
        .isInstanceOf(Divergence.class);
  }

  /** What is left out is waited for in vain, so not for long; that it takes long is no failure. */
  private static void run(UnaryOperator<Channel> view, Duration patience) throws Exception {
    Pair pair = new Pair(original, copy.through(view), patience);
    try {
      pair.begin();
      Session.run(STEPS, pair, new Tally(), 0);
    } finally {
      pair.leave();
    }
  }

  /** Changes each message of a type. */
  private record ChangedMessage<M>(Class<M> type, UnaryOperator<M> change)
      implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<A> listener, Metadata headers) {
          super.start(
              new SimpleForwardingClientCallListener<>(listener) {
                @Override
                @SuppressWarnings("unchecked")
                public void onMessage(A message) {
                  super.onMessage(
                      type.isInstance(message) ? (A) change.apply(type.cast(message)) : message);
                }
              },
              headers);
        }
      };
    }
  }

  /** Changes each error. */
  private record ChangedStatus(UnaryOperator<Status> change) implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<A> listener, Metadata headers) {
          super.start(
              new SimpleForwardingClientCallListener<>(listener) {
                @Override
                public void onClose(Status status, Metadata trailers) {
                  super.onClose(status.isOk() ? status : change.apply(status), trailers);
                }
              },
              headers);
        }
      };
    }
  }
}
