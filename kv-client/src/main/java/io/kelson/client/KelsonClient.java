package io.kelson.client;

import static io.kelson.client.Blocking.await;

import io.grpc.ManagedChannel;
import io.kelson.api.CompactionRequest;
import io.kelson.api.KVGrpc;
import io.kelson.client.UnaryCalls.Effect;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A client of a Kelson (or etcd) cluster.
 *
 * <p>Every request has an asynchronous form, whose future fails with an {@link EtcdException}, and
 * a blocking one that throws it. A request goes to one endpoint and stays there until that fails;
 * then reads, and writes that certainly never left or were refused before anything happened, go on
 * to the next one until the request timeout is over. A write that may have happened is never sent
 * twice: it fails with {@link OutcomeUnknownException}. A write that succeeded is durable on a
 * majority.
 *
 * <p>Futures complete and listeners run on the callback executor, by default threads of the
 * client's own, so blocking there is allowed. Thread-safe; make one and share it. {@link #close}
 * ends all watches and fails what is under way.
 */
public final class KelsonClient implements AutoCloseable {
  private final Endpoints endpoints;
  private final Connections connections;
  private final UnaryCalls calls;
  private final Namespace namespace;
  private final WatchStreams watchStreams;
  private final Set<WatchSession> watches = ConcurrentHashMap.newKeySet();
  private final LeaseKeeper keeper;
  private final LeaseCalls leases;
  private final AuthCalls auth;
  private final ClusterCalls cluster;
  private final MaintenanceCalls maintenance;
  private final LockCalls locks;
  private final ElectionCalls elections;
  private volatile boolean closed;

  KelsonClient(KelsonClientBuilder options) {
    this.connections = new Connections(options);
    int first = options.firstEndpoint();
    this.endpoints = new Endpoints(options.endpoints(), first, connections::dial);
    this.calls = new UnaryCalls(endpoints, connections.timer(), options);
    this.watchStreams =
        new WatchStreams(endpoints, connections.timer(), connections.callbacks(), calls);
    this.namespace = new Namespace(options.namespace());
    this.keeper = new LeaseKeeper(endpoints, connections, calls);
    this.leases = new LeaseCalls(calls, namespace, keeper);
    this.auth = new AuthCalls(calls);
    this.cluster = new ClusterCalls(calls);
    this.maintenance = new MaintenanceCalls(calls, endpoints);
    this.locks = new LockCalls(calls, namespace);
    this.elections = new ElectionCalls(calls, namespace);
    if (!options.memberRefresh().isZero()) {
      long millis = Math.max(1, options.memberRefresh().toMillis());
      connections
          .timer()
          .scheduleWithFixedDelay(
              this::refreshEndpointsAsync, millis, millis, TimeUnit.MILLISECONDS);
    }
  }

  /** Starts with the defaults; only endpoints must be named. */
  public static KelsonClientBuilder builder() {
    return new KelsonClientBuilder();
  }

  /** The endpoints, as they were named, or as {@link #refreshEndpoints} found them. */
  public List<String> endpoints() {
    return endpoints.names();
  }

  /**
   * Replaces the endpoints by the client URLs of the cluster's members, as they know themselves.
   * Learners, and members that have not started, are left out.
   *
   * @return the endpoints from now on
   */
  public CompletableFuture<List<String>> refreshEndpointsAsync() {
    return cluster
        .memberListAsync(true)
        .thenApply(
            list -> {
              endpoints.replace(
                  list.members().stream()
                      .filter(member -> !member.isLearner() && !member.name().isEmpty())
                      .flatMap(member -> member.clientUrls().stream())
                      .distinct()
                      .toList());
              return endpoints.names();
            });
  }

  /** Replaces the endpoints by those of the cluster's members and waits until that is done. */
  public List<String> refreshEndpoints() {
    return await(refreshEndpointsAsync(), Effect.READS);
  }

  /** The token that a stream shows, fetched if need be. */
  private String token() {
    String token = calls.tokens().current();
    return token != null ? token : await(calls.tokens().renew(null), Effect.READS);
  }

  /** The calls on leases. */
  public LeaseCalls leases() {
    return leases;
  }

  /** The calls on users, roles and permissions. */
  public AuthCalls auth() {
    return auth;
  }

  /** The calls on who belongs to the cluster. */
  public ClusterCalls cluster() {
    return cluster;
  }

  /** The calls of operators. */
  public MaintenanceCalls maintenance() {
    return maintenance;
  }

  /** Locks that the server queues for; see also the package {@code coordination}. */
  public LockCalls locks() {
    return locks;
  }

  /** Elections that the server runs; see also the package {@code coordination}. */
  public ElectionCalls elections() {
    return elections;
  }

  /** Reads keys. */
  public CompletableFuture<RangeResult> rangeAsync(RangeOp op) {
    return calls.call(
        KVGrpc.getRangeMethod(),
        Wire.range(namespace.in(op)),
        Effect.READS,
        response -> namespace.out(Wire.range(response)));
  }

  /** Reads keys and waits for them. */
  public RangeResult range(RangeOp op) {
    return await(rangeAsync(op), Effect.READS);
  }

  /**
   * Reads many keys in chunks, all as of one revision, so that neither side holds the whole answer.
   * A server that cannot stream (etcd before 3.7; sorted and filtered reads) answers in one chunk.
   * There is no time limit once it has begun. A failure after the first chunk is final, and what
   * has come is then a part.
   *
   * @param chunks takes the keys, in order, each list not empty; called by one thread at a time,
   *     and the next chunk is asked for when it returns. What it throws ends the read
   * @return the summary: header, more and count as of a {@link #range}, without keys
   */
  public CompletableFuture<RangeResult> rangeStreamAsync(
      RangeOp op, Consumer<List<KeyValue>> chunks) {
    return new RangeStreamCall(
            endpoints, calls.tokens(), op, namespace, chunks, () -> rangeAsync(op))
        .start();
  }

  /** Reads many keys in chunks and waits for the last. */
  public RangeResult rangeStream(RangeOp op, Consumer<List<KeyValue>> chunks) {
    return await(rangeStreamAsync(op, chunks), Effect.READS);
  }

  /** Writes a key. */
  public CompletableFuture<PutResult> putAsync(PutOp op) {
    return calls.call(
        KVGrpc.getPutMethod(),
        Wire.put(namespace.in(op)),
        Effect.WRITES,
        response -> namespace.out(Wire.put(response)));
  }

  /** Writes a key and waits until that is durable. */
  public PutResult put(PutOp op) {
    return await(putAsync(op), Effect.WRITES);
  }

  /** Writes a key without options and waits until that is durable. */
  public PutResult put(Bytes key, Bytes value) {
    return put(PutOp.of(key, value));
  }

  /** Deletes keys. */
  public CompletableFuture<DeleteResult> deleteAsync(DeleteOp op) {
    return calls.call(
        KVGrpc.getDeleteRangeMethod(),
        Wire.delete(namespace.in(op)),
        Effect.WRITES,
        response -> namespace.out(Wire.delete(response)));
  }

  /** Deletes keys and waits until that is durable. */
  public DeleteResult delete(DeleteOp op) {
    return await(deleteAsync(op), Effect.WRITES);
  }

  /** Runs a transaction; one that cannot write is repeated as freely as a read. */
  public CompletableFuture<TxnResult> txnAsync(TxnOp op) {
    return txn(op, effect(op));
  }

  /** Runs a transaction and waits until it is durable. */
  public TxnResult txn(TxnOp op) {
    return await(txnAsync(op), effect(op));
  }

  /**
   * Drops what was overwritten or deleted before {@code revision}: older revisions can no longer be
   * read or watched.
   *
   * @param physical true: answer only when the member that was asked has removed it from its disk
   */
  public CompletableFuture<Header> compactAsync(long revision, boolean physical) {
    return calls.call(
        KVGrpc.getCompactMethod(),
        CompactionRequest.newBuilder().setRevision(revision).setPhysical(physical).build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Drops what is older than {@code revision} and waits until that is durable. */
  public Header compact(long revision, boolean physical) {
    return await(compactAsync(revision, physical), Effect.WRITES);
  }

  /**
   * Runs a transaction of which the caller says that running it twice does what running it once
   * does, as creating a key that must not exist with a value that tells whose it is. It is repeated
   * as freely as a read, so it never ends in {@link OutcomeUnknownException} while an endpoint
   * answers; its result is that of the last run.
   */
  public CompletableFuture<TxnResult> repeatableTxnAsync(TxnOp op) {
    return txn(op, Effect.READS);
  }

  /** Runs a transaction that may be repeated and waits until it is durable. */
  public TxnResult repeatableTxn(TxnOp op) {
    return await(repeatableTxnAsync(op), Effect.READS);
  }

  private CompletableFuture<TxnResult> txn(TxnOp op, Effect effect) {
    return calls.call(
        KVGrpc.getTxnMethod(),
        Wire.txn(namespace.in(op)),
        effect,
        response -> namespace.out(Wire.txn(response)));
  }

  private static Effect effect(TxnOp op) {
    return op.readOnly() ? Effect.READS : Effect.WRITES;
  }

  /**
   * Starts to watch; it goes on over any failure until it is closed or the server ends it. The
   * watches of a client share one stream.
   */
  public Watcher watch(WatchOptions options, WatchListener listener) {
    requireOpen();
    WatchSession session =
        new WatchSession(
            watchStreams, namespace.in(options), namespace.out(listener), watches::remove);
    watches.add(session);
    session.open();
    if (closed) {
      session.close();
    }
    return session;
  }

  /** Asks the member at {@code endpoint}, one of {@link #endpoints}, how it is doing. */
  public CompletableFuture<EndpointStatus> statusAsync(String endpoint) {
    return maintenance.statusAsync(endpoint);
  }

  /** Asks the member at {@code endpoint} how it is doing and waits. */
  public EndpointStatus status(String endpoint) {
    return await(statusAsync(endpoint), Effect.READS);
  }

  /**
   * Takes a backup of the member at {@code endpoint}, one of {@link #endpoints}: everything that is
   * replicated, as of one revision. Blocks until all of it has come in; the request timeout does
   * not count. Nothing is repeated: if it fails, what the sink got is worth nothing.
   *
   * @return when the checksum at its end has been found to be right
   * @throws EtcdException if the member refuses, or the connection breaks, or the checksum is wrong
   * @throws IOException whatever the sink throws
   */
  public SnapshotInfo snapshot(String endpoint, SnapshotSink sink) throws IOException {
    requireOpen();
    return new SnapshotCall(sink).take(endpoints.named(endpoint).channel(), token());
  }

  /**
   * Lists the members.
   *
   * @param linearizable false takes one member's own view, which works without a quorum
   */
  public CompletableFuture<MemberList> memberListAsync(boolean linearizable) {
    return cluster.memberListAsync(linearizable);
  }

  /** Lists the members and waits for them. */
  public MemberList memberList(boolean linearizable) {
    return await(memberListAsync(linearizable), Effect.READS);
  }

  /** Lists the alarms that are up. */
  public CompletableFuture<List<Alarm>> alarmsAsync() {
    return maintenance.alarmsAsync();
  }

  /** Lists the alarms that are up and waits for them. */
  public List<Alarm> alarms() {
    return await(alarmsAsync(), Effect.READS);
  }

  /**
   * Ends every watch, fails what is under way and lets go of threads and connections, waiting up to
   * two seconds for them. Idempotent.
   */
  @Override
  public void close() {
    closed = true;
    watches.forEach(WatchSession::close);
    keeper.close();
    List<ManagedChannel> open = new ArrayList<>();
    for (Endpoint endpoint : endpoints.everyOne()) {
      ManagedChannel channel = endpoint.close();
      if (channel != null) {
        open.add(channel);
      }
    }
    connections.close(open);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
  }
}
