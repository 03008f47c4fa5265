package io.kelson.chaos.workload;

import io.kelson.chaos.Login;
import io.kelson.chaos.history.AuthRecord;
import io.kelson.chaos.history.History;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.client.DeleteOp;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KelsonClientBuilder;
import io.kelson.client.Op;
import io.kelson.client.OpResult;
import io.kelson.client.OutcomeUnknownException;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RetryPolicy;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A recorded client on top of {@link KelsonClient}, which tells a call that certainly had no effect
 * from one that may have had it: nothing is repeated, neither by it nor below.
 *
 * <p>A call of one step without conditions goes out as a plain range, put or delete.
 */
public final class RecordingClient implements Recorder {
  private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(500);

  private final History history;
  private final ClientIds ids;
  private final Tally tally;
  private final int node;
  private final Pacer pacer;
  private final KelsonClient client;
  private final String user;
  private long id;

  /**
   * What the clients of a run have in common.
   *
   * @param history where calls are kept
   * @param ids where logical clients get their numbers
   * @param tally where calls are counted
   */
  public record Shared(History history, ClientIds ids, Tally tally) {}

  /**
   * Connects with the first call, and signs in if it is not as nobody.
   *
   * @param node the member, counted from 0
   * @param endpoint where it is, as {@code host:port}
   * @param login as whom it calls
   * @param timeout of each call; after it the outcome of a write is unknown
   */
  public RecordingClient(
      Shared shared, int node, String endpoint, Login login, Duration timeout, Pacer pacer) {
    this.history = shared.history();
    this.ids = shared.ids();
    this.tally = shared.tally();
    this.node = node;
    this.pacer = pacer;
    this.user = login.user();
    nextId();
    KelsonClientBuilder options =
        KelsonClient.builder()
            .endpoints(endpoint)
            .retryPolicy(RetryPolicy.NEVER)
            .requestTimeout(timeout)
            .connectTimeout(CONNECT_TIMEOUT);
    if (!user.isEmpty()) {
      options.credentials(user, login.password());
    }
    this.client = options.build();
  }

  private void nextId() {
    id = ids.next();
    if (!user.isEmpty()) {
      history.add(AuthRecord.signIn(user, id, history.now()));
    }
  }

  @Override
  public Optional<TxnResult> txn(TxnOp call) {
    pacer.await();
    long start = history.now();
    try {
      TxnResult result = send(call);
      history.add(new Operation(id, node, start, history.now(), call, Status.OK, result, ""));
      tally.count(Status.OK);
      return Optional.of(result);
    } catch (RuntimeException e) {
      Status status = statusOf(e, call.readOnly());
      boolean open = status == Status.UNKNOWN;
      long end = open ? Long.MAX_VALUE : history.now();
      history.add(new Operation(id, node, start, end, call, status, null, text(e)));
      tally.count(status);
      if (open) {
        nextId();
      }
      pacer.afterFailure();
      return Optional.empty();
    }
  }

  @Override
  public KelsonClient client() {
    return client;
  }

  @Override
  public int node() {
    return node;
  }

  @Override
  public void close() {
    client.close();
  }

  /** What a call that failed so is known to have done; a read never does anything. */
  static Status statusOf(RuntimeException failure, boolean readOnly) {
    if (readOnly) {
      return Status.FAILED;
    }
    boolean settled =
        failure instanceof EtcdException && !(failure instanceof OutcomeUnknownException);
    return settled ? Status.FAILED : Status.UNKNOWN;
  }

  private TxnResult send(TxnOp call) {
    boolean single =
        call.compares().isEmpty() && call.failure().isEmpty() && call.success().size() == 1;
    if (!single || call.success().get(0) instanceof TxnOp) {
      return client.txn(call);
    }
    OpResult result = sendAlone(call.success().get(0));
    return new TxnResult(result.header(), true, List.of(result));
  }

  private OpResult sendAlone(Op step) {
    return switch (step.kind()) {
      case RANGE -> client.range((RangeOp) step);
      case PUT -> client.put((PutOp) step);
      case DELETE -> client.delete((DeleteOp) step);
      case TXN -> throw new IllegalArgumentException("a transaction is not sent as a single step");
    };
  }

  static String text(RuntimeException failure) {
    return failure instanceof EtcdException etcd
        ? etcd.code() + ": " + etcd.text()
        : String.valueOf(failure);
  }
}
