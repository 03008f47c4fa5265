package io.kelson.chaos.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.Status.Code;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.DeleteRangeResponse;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.chaos.Login;
import io.kelson.chaos.history.AuthRecord;
import io.kelson.chaos.history.History;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.PutOp;
import io.kelson.client.PutResult;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordingClientTest {
  private static final Bytes KEY = Bytes.utf8("k");

  private final History history = new History();
  private final Tally tally = new Tally();
  private final FakeStore store = new FakeStore();
  private Server server;
  private RecordingClient recorder;

  @BeforeEach
  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(store)
            .build()
            .start();
    recorder =
        new RecordingClient(
            new RecordingClient.Shared(history, new ClientIds(), tally),
            2,
            "127.0.0.1:" + server.getPort(),
            Login.NOBODY,
            Duration.ofMillis(500),
            new Pacer(0));
  }

  @AfterEach
  void stop() {
    recorder.close();
    server.shutdownNow();
  }

  private Operation last() {
    List<Operation> operations = history.operations();
    return operations.get(operations.size() - 1);
  }

  @Test
  void aSingleStepGoesOutAsItselfAndTheRestAsTransactions() {
    recorder.txn(Calls.put(KEY, Bytes.utf8("v")));
    recorder.txn(Calls.get(KEY));
    recorder.txn(Calls.single(DeleteOp.key(KEY)));
    recorder.txn(
        TxnOp.builder()
            .when(Compare.modRevision(KEY, Compare.Relation.EQUAL, 0))
            .then(PutOp.of(KEY, Bytes.EMPTY))
            .build());
    recorder.txn(TxnOp.builder().then(RangeOp.key(KEY), RangeOp.key(KEY)).build());
    assertThat(store.calls).containsExactly("put", "range", "delete", "txn", "txn");
  }

  @Test
  void anAnswerIsKeptAsThatOfATransaction() {
    assertThat(recorder.txn(Calls.put(KEY, Bytes.EMPTY))).isPresent();
    assertThat(last().status()).isEqualTo(Status.OK);
    assertThat(last().node()).isEqualTo(2);
    assertThat(last().result().succeeded()).isTrue();
    assertThat(last().result().header().revision()).isEqualTo(9);
    assertThat(last().result().results()).singleElement().isInstanceOf(PutResult.class);
    assertThat(last().endNanos()).isGreaterThan(last().startNanos());
  }

  @Test
  void aWriteRefusedBeforeItIsProposedFailedAndTheClientGoesOn() {
    store.refusal = io.grpc.Status.INVALID_ARGUMENT.withDescription("etcdserver: key not found");
    assertThat(recorder.txn(Calls.put(KEY, Bytes.EMPTY))).isEmpty();
    assertThat(last().status()).isEqualTo(Status.FAILED);
    assertThat(last().error()).isEqualTo("INVALID_ARGUMENT: etcdserver: key not found");
    long client = last().client();
    store.refusal = null;
    recorder.txn(Calls.put(KEY, Bytes.EMPTY));
    assertThat(last().client()).isEqualTo(client);
  }

  @Test
  void aWriteWhoseAnswerIsLostIsUnknownAndTheNextClientIsAnother() {
    store.silent = true;
    recorder.txn(Calls.put(KEY, Bytes.EMPTY));
    assertThat(last().status()).isEqualTo(Status.UNKNOWN);
    assertThat(last().endNanos()).isEqualTo(Long.MAX_VALUE);
    long client = last().client();
    store.silent = false;
    recorder.txn(Calls.put(KEY, Bytes.EMPTY));
    assertThat(last().client()).isNotEqualTo(client);
    // Nothing was sent twice.
    assertThat(store.calls).containsExactly("put", "put");
    assertThat(tally.of(Status.UNKNOWN)).isEqualTo(1);
    assertThat(tally.of(Status.OK)).isEqualTo(1);
  }

  @Test
  void aClientThatSignsInSaysSoWithEachOfItsNumbers() {
    store.silent = true;
    RecordingClient.Shared shared =
        new RecordingClient.Shared(history, new ClientIds(), new Tally());
    try (RecordingClient signedIn =
        new RecordingClient(
            shared,
            2,
            "127.0.0.1:" + server.getPort(),
            new Login("alice", "secret"),
            Duration.ofMillis(500),
            new Pacer(0))) {
      signedIn.txn(Calls.put(KEY, Bytes.EMPTY));
    }
    // There is nobody to get a token from here, so nothing was sent.
    assertThat(last().status()).isEqualTo(Status.FAILED);
    assertThat(store.calls).isEmpty();
    assertThat(history.auths())
        .singleElement()
        .isEqualTo(AuthRecord.signIn("alice", last().client(), history.auths().get(0).endNanos()));
  }

  @Test
  void aServerThatLostSightOfAProposalLeavesItUnknown() {
    store.refusal = io.grpc.Status.UNAVAILABLE.withDescription("etcdserver: request timed out");
    recorder.txn(Calls.put(KEY, Bytes.EMPTY));
    assertThat(last().status()).isEqualTo(Status.UNKNOWN);
  }

  @Test
  void aReadThatFailsHasNoEffectWhateverTheError() {
    for (Code code : List.of(Code.UNAVAILABLE, Code.INTERNAL, Code.UNKNOWN)) {
      store.refusal = code.toStatus();
      recorder.txn(Calls.get(KEY));
      assertThat(last().status()).as(code.name()).isEqualTo(Status.FAILED);
    }
    store.refusal = null;
    store.silent = true;
    recorder.txn(Calls.get(KEY));
    assertThat(last().status()).isEqualTo(Status.FAILED);
  }

  @Test
  void aWriteThatNeverLeftFailed() throws InterruptedException {
    server.shutdownNow().awaitTermination();
    recorder.txn(Calls.put(KEY, Bytes.EMPTY));
    assertThat(last().status()).isEqualTo(Status.FAILED);
  }

  /** Answers everything at revision 9, refuses everything, or says nothing. */
  private static final class FakeStore extends KVGrpc.KVImplBase {
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private volatile io.grpc.Status refusal;
    private volatile boolean silent;

    private <T> void answer(String call, StreamObserver<T> observer, T response) {
      calls.add(call);
      if (refusal != null) {
        observer.onError(refusal.asRuntimeException());
      } else if (!silent) {
        observer.onNext(response);
        observer.onCompleted();
      }
    }

    private static ResponseHeader header() {
      return ResponseHeader.newBuilder().setRevision(9).build();
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
      answer("range", observer, RangeResponse.newBuilder().setHeader(header()).build());
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> observer) {
      answer("put", observer, PutResponse.newBuilder().setHeader(header()).build());
    }

    @Override
    public void deleteRange(
        DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> observer) {
      answer("delete", observer, DeleteRangeResponse.newBuilder().setHeader(header()).build());
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
      answer("txn", observer, TxnResponse.newBuilder().setHeader(header()).build());
    }
  }
}
