package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.Compare;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.HashKVRequest;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.Member;
import io.kelson.api.MemberListRequest;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.RequestOp;
import io.kelson.api.ResponseHeader;
import io.kelson.api.StatusRequest;
import io.kelson.api.TxnRequest;
import io.kelson.raft.core.Role;
import io.kelson.raft.core.RoleChange;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.ConfigurationChange;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.server.apply.Applier;
import io.kelson.server.cluster.ClusterInfo;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.http.PortUnification;
import io.kelson.server.maintenance.MaintenanceStore;
import io.kelson.server.membership.MemberChanges;
import io.kelson.server.membership.Members;
import io.kelson.server.membership.Roster;
import io.kelson.server.mvcc.MvccOptions;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.PurgeLoop;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.proto.MemberAttributes;
import io.kelson.server.tls.ConnectionGuard;
import io.kelson.server.watch.WatchHub;
import io.kelson.server.watch.WatchOptions;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The services over a real connection and a real store, with consensus that agrees with itself. */
class ServicesTest {
  private static final ServerConfig CONFIG =
      ServerConfig.builder()
          .name("b")
          .initialAdvertisePeerUrls(List.of("http://h:2"))
          .initialCluster(InitialCluster.parse("b=http://h:2,a=http://h:1"))
          .maxRequestBytes(100_000)
          .build();
  private static final ClusterInfo CLUSTER = ClusterInfo.of(CONFIG);

  @TempDir Path temp;
  private final AtomicLong nanos = new AtomicLong(1);
  private final AppliesAtOnce node = new AppliesAtOnce(CLUSTER.selfId());
  private final AuthParts authParts =
      AuthParts.open(ServerConfig.builder().build(), nanos::get, () -> 1_000);
  private final ClientDoor door = new ClientDoor(CONFIG, CLUSTER, node, nanos::get, 1_000);
  private final ExecutorService pool = Executors.newSingleThreadExecutor();
  private final ReadThreads reads = ReadThreads.start();
  private final AtomicBoolean learner = new AtomicBoolean();

  /** The calls that were served from their frames. */
  private final Queue<String> direct = new ConcurrentLinkedQueue<>();

  private MvccStore store;
  private PurgeLoop purge;
  private WatchHub watches;
  private Server server;
  private ManagedChannel channel;
  private KVGrpc.KVBlockingStub kv;

  @BeforeEach
  void start() throws Exception {
    store = MvccStore.open(temp.resolve("store"), MvccOptions.defaults(CLUSTER.clusterId()));
    purge = PurgeLoop.start(store);
    watches =
        new WatchHub(
            store,
            WatchOptions.DEFAULT,
            door::header,
            pool,
            (delayMillis, task) -> () -> {},
            RandomGenerator.getDefault());
    node.machine(
        new Applier(
            store,
            CLUSTER.clusterId(),
            CLUSTER.selfId(),
            door.results(),
            watches,
            snapshot -> {
              throw new UnsupportedOperationException();
            },
            config -> {},
            door.openLessor(store, pool),
            door.openAuth(store, authParts),
            openMaintenance()));
    door.roleChanged(
        new RoleChange(
            Role.CANDIDATE, Role.LEADER, AppliesAtOnce.TERM, CLUSTER.selfId(), "elected"));
    List<ServerServiceDefinition> services = door.services(store, watches, reads, purge, changes());
    DirectCalls calls =
        door.directCalls(
            learner::get,
            new SlowRequests(Duration.ZERO),
            (method, version) -> {
              direct.add(method);
              return new ServerStreamTracer() {};
            });
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                PortUnification.credentials(null, ConnectionGuard.NONE, calls::attach))
            .directExecutor()
            .addServices(services)
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
    // Calls made before there is a connection may come in any order.
    maintenance().status(StatusRequest.getDefaultInstance());
  }

  private MaintenanceStore openMaintenance() {
    MaintenanceStore maintenance = new MaintenanceStore(store);
    door.openMaintenance(Unbounded.maintenance(maintenance));
    return maintenance;
  }

  private MemberChanges changes() {
    ConfigEntry initial = Members.initialEntry(CLUSTER);
    return new MemberChanges(
        new NoChanges(node),
        new NobodyElse(),
        new Roster(CLUSTER.selfId(), initial, initial, new DeafListener()),
        CONFIG.initialClusterToken(),
        1_000,
        () -> 1,
        CONFIG.cluster());
  }

  /** Never asked, as no change is made here. */
  private record NoChanges(AppliesAtOnce node) implements MemberChanges.Consensus {
    @Override
    public RaftStatus status() {
      return node.status();
    }

    @Override
    public void changeConfiguration(long id, ConfigurationChange target, byte[] context) {
      throw new AssertionError("nobody changes the members here");
    }
  }

  private record NobodyElse() implements MemberChanges.Others {
    @Override
    public Set<Long> started() {
      return Set.of();
    }

    @Override
    public boolean isConnected(long id) {
      return false;
    }
  }

  private record DeafListener() implements Roster.Listener {
    @Override
    public void peersChanged(Map<Long, List<String>> peerUrls, Set<Long> removed) {}

    @Override
    public void changeApplied(long changeId) {}

    @Override
    public void selfRemoved() {}
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow().awaitTermination(30, TimeUnit.SECONDS);
    watches.close();
    server.shutdownNow().awaitTermination(30, TimeUnit.SECONDS);
    pool.shutdown();
    reads.close();
    purge.close();
    assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    store.close();
  }

  @Test
  void anEmptyStoreIsAtRevisionOne() {
    assertHeader(kv.range(range("a").build()).getHeader(), 1);
  }

  @Test
  void headersCarryRevisionTermAndIds() {
    assertHeader(put("a", "1").getHeader(), 2);
    assertHeader(put("a", "2").getHeader(), 3);
    RangeResponse old = kv.range(range("a").setRevision(2).build());
    assertThat(old.getKvs(0).getValue().toStringUtf8()).isEqualTo("1");
    assertHeader(old.getHeader(), 3);
    assertHeader(kv.deleteRange(delete("a")).getHeader(), 4);
    assertHeader(kv.txn(readingTxn("a", true)).getHeader(), 4);
  }

  @Test
  void rangesAreReadInTheirOrderWithTheWholeCount() {
    for (String key : List.of("p/1", "p/2", "p/3", "q")) {
      put(key, key);
    }
    RangeResponse page =
        kv.range(range("p/").setRangeEnd(bytes("p0")).setLimit(2).setSerializable(true).build());
    assertThat(page.getKvsList())
        .extracting(pair -> pair.getKey().toStringUtf8())
        .containsExactly("p/1", "p/2");
    assertThat(page.getMore()).isTrue();
    assertThat(page.getCount()).isEqualTo(3);
  }

  @Test
  void aTransactionThatOnlyReadsDoesNotGoThroughTheLog() {
    put("a", "1");
    long before = node.status().appliedIndex();
    var reply = kv.txn(readingTxn("a", false));
    assertThat(reply.getSucceeded()).isTrue();
    assertThat(reply.getResponses(0).getResponseRange().getKvs(0).getVersion()).isEqualTo(1);
    assertThat(node.status().appliedIndex()).isEqualTo(before);
  }

  @Test
  void badRequestsAreRefusedAndChangeNothing() {
    assertError(EtcdError.EMPTY_KEY, () -> put("", "x"));
    assertError(EtcdError.EMPTY_KEY, () -> kv.range(RangeRequest.getDefaultInstance()));
    assertError(EtcdError.EMPTY_KEY, () -> kv.deleteRange(delete("")));
    assertError(EtcdError.REQUEST_TOO_LARGE, () -> put("a", "v".repeat(100_000)));
    assertError(EtcdError.FUTURE_REVISION, () -> kv.range(range("a").setRevision(9).build()));
    TxnRequest.Builder twice = TxnRequest.newBuilder();
    RequestOp once =
        RequestOp.newBuilder().setRequestPut(PutRequest.newBuilder().setKey(bytes("a"))).build();
    assertError(
        EtcdError.DUPLICATE_KEY, () -> kv.txn(twice.addSuccess(once).addSuccess(once).build()));
    TxnRequest.Builder many = TxnRequest.newBuilder();
    for (int i = 0; i < 129; i++) {
      many.addCompare(Compare.newBuilder().setKey(bytes("k" + i)));
    }
    assertError(EtcdError.TOO_MANY_OPS, () -> kv.txn(many.build()));
    assertHeader(kv.range(range("a").build()).getHeader(), 1);
  }

  @Test
  void statusTellsEverything() {
    put("a", "1");
    var status = maintenance().status(StatusRequest.getDefaultInstance());
    assertHeader(status.getHeader(), 2);
    assertThat(status.getVersion()).isEqualTo("3.7.1");
    assertThat(status.getStorageVersion()).isEqualTo("3.7.0");
    assertThat(status.getDbSize()).isPositive();
    assertThat(status.getDbSizeInUse()).isPositive();
    assertThat(status.getLeader()).isEqualTo(CLUSTER.selfId());
    assertThat(status.getRaftTerm()).isEqualTo(AppliesAtOnce.TERM);
    assertThat(status.getRaftIndex()).isEqualTo(1);
    assertThat(status.getRaftAppliedIndex()).isEqualTo(1);
    assertThat(status.getErrorsList()).isEmpty();
    loseLeader();
    assertThat(maintenance().status(StatusRequest.getDefaultInstance()).getErrorsList())
        .containsExactly("etcdserver: no leader");
  }

  @Test
  void hashKvNamesTheRevisionItStandsFor() {
    put("a", "1");
    var first = maintenance().hashKV(HashKVRequest.getDefaultInstance());
    assertThat(first.getHashRevision()).isEqualTo(2);
    put("a", "2");
    assertThat(maintenance().hashKV(HashKVRequest.getDefaultInstance()).getHash())
        .isNotEqualTo(first.getHash());
    assertThat(maintenance().hashKV(HashKVRequest.newBuilder().setRevision(2).build()).getHash())
        .isEqualTo(first.getHash());
  }

  @Test
  void membersAreListedAsEtcdDoesAndNamedOnceTheyRan() {
    assertThat(members(true)).extracting(Member::getName).containsExactly("", "");
    MemberAttributes self =
        MemberAttributes.newBuilder()
            .setMemberId(CLUSTER.selfId())
            .setName("b")
            .addClientUrls("http://h:3")
            .build();
    RecordedOutcome outcome = new RecordedOutcome();
    door.proposals()
        .submit(
            InternalRequest.newBuilder().setMemberAttributes(self),
            ImmediateEventExecutor.INSTANCE,
            outcome);
    assertThat(outcome.told).hasSize(1).noneMatch(EtcdError.class::isInstance);
    List<Member> members = members(false);
    assertThat(members).extracting(Member::getName).containsExactly("", "b");
    assertThat(members)
        .extracting(m -> m.getPeerURLs(0))
        .containsExactly("http://h:1", "http://h:2");
    assertThat(members.get(1).getClientURLsList()).containsExactly("http://h:3");
    assertThat(members.get(1).getID()).isEqualTo(CLUSTER.selfId());
  }

  @Test
  void withoutALeaderLocalReadsAnswerAndTheOthersTimeOut() throws Exception {
    put("a", "1");
    loseLeader();
    assertThat(kv.range(range("a").setSerializable(true).build()).getCount()).isEqualTo(1);
    ListenableFuture<RangeResponse> read = KVGrpc.newFutureStub(channel).range(range("a").build());
    ListenableFuture<PutResponse> write =
        KVGrpc.newFutureStub(channel).put(PutRequest.newBuilder().setKey(bytes("a")).build());
    // Both are known to wait once a later call on the same connection has been answered.
    maintenance().status(StatusRequest.getDefaultInstance());
    door.tick();
    assertThat(read).isNotDone();
    assertThat(write).isNotDone();
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(8));
    door.tick();
    assertTimeout(read);
    assertTimeout(write);
  }

  @Test
  void callsThatRequireALeaderAreTurnedAwayWithoutOne() {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    ClientInterceptor requireLeader = MetadataUtils.newAttachHeadersInterceptor(metadata);
    RangeRequest local = range("a").setSerializable(true).build();
    assertThat(kv.withInterceptors(requireLeader).range(local).getCount()).isZero();
    loseLeader();
    assertError(EtcdError.NO_LEADER, () -> kv.withInterceptors(requireLeader).range(local));
    assertThat(kv.range(local).getCount()).isZero();
  }

  @Test
  void shortCallsAreServedFromFramesUnlessSomebodyMustBeKnownOrTurnedAway() {
    put("a", "1");
    kv.range(RangeRequest.newBuilder().setKey(bytes("a")).build());
    kv.range(RangeRequest.newBuilder().setKey(bytes("a")).setRangeEnd(bytes("b")).build());
    kv.txn(TxnRequest.getDefaultInstance());
    kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(bytes("a")).build());
    List<String> names =
        Stream.of(
                KVGrpc.getPutMethod(),
                KVGrpc.getRangeMethod(),
                KVGrpc.getTxnMethod(),
                KVGrpc.getDeleteRangeMethod())
            .map(MethodDescriptor::getFullMethodName)
            .toList();
    assertThat(direct).containsExactlyElementsOf(names);
    learner.set(true);
    put("a", "2");
    assertThat(direct).hasSameSizeAs(names);
    learner.set(false);
    put("a", "3");
    assertThat(direct).hasSize(names.size() + 1);
  }

  @Test
  void aCallerWhoLeavesIsForgotten() throws Exception {
    loseLeader();
    ListenableFuture<PutResponse> write =
        KVGrpc.newFutureStub(channel).put(PutRequest.newBuilder().setKey(bytes("a")).build());
    maintenance().status(StatusRequest.getDefaultInstance());
    PendingRequests pending = (PendingRequests) door.results();
    assertThat(waiting(pending)).isEqualTo(1);
    write.cancel(true);
    // The cancellation precedes this call on the connection.
    maintenance().status(StatusRequest.getDefaultInstance());
    assertThat(waiting(pending)).isZero();
  }

  @Test
  void stoppingAnswersWhoeverWaits() throws Exception {
    loseLeader();
    ListenableFuture<PutResponse> write =
        KVGrpc.newFutureStub(channel).put(PutRequest.newBuilder().setKey(bytes("a")).build());
    maintenance().status(StatusRequest.getDefaultInstance());
    door.stop();
    assertThatThrownBy(() -> write.get(60, TimeUnit.SECONDS))
        .hasStackTraceContaining("etcdserver: server stopped");
    assertError(EtcdError.STOPPED, () -> put("a", "1"));
  }

  private static int waiting(PendingRequests pending) {
    int[] count = {0};
    pending.forEach(p -> count[0]++);
    return count[0];
  }

  private void loseLeader() {
    node.fallSilent();
    door.roleChanged(
        new RoleChange(Role.LEADER, Role.FOLLOWER, AppliesAtOnce.TERM, 0, "lost its quorum"));
  }

  private List<Member> members(boolean linearizable) {
    return ClusterGrpc.newBlockingStub(channel)
        .memberList(MemberListRequest.newBuilder().setLinearizable(linearizable).build())
        .getMembersList();
  }

  private MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
    return MaintenanceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private PutResponse put(String key, String value) {
    return kv.put(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build());
  }

  private static DeleteRangeRequest delete(String key) {
    return DeleteRangeRequest.newBuilder().setKey(bytes(key)).build();
  }

  private static RangeRequest.Builder range(String key) {
    return RangeRequest.newBuilder().setKey(bytes(key));
  }

  private static TxnRequest readingTxn(String key, boolean serializable) {
    return TxnRequest.newBuilder()
        .addSuccess(
            RequestOp.newBuilder().setRequestRange(range(key).setSerializable(serializable)))
        .build();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static void assertHeader(ResponseHeader header, long revision) {
    assertThat(header.getRevision()).isEqualTo(revision);
    assertThat(header.getClusterId()).isEqualTo(CLUSTER.clusterId());
    assertThat(header.getMemberId()).isEqualTo(CLUSTER.selfId());
    assertThat(header.getRaftTerm()).isEqualTo(AppliesAtOnce.TERM);
  }

  private static void assertTimeout(ListenableFuture<?> call) {
    assertThatThrownBy(() -> call.get(60, TimeUnit.SECONDS))
        .hasStackTraceContaining("UNAVAILABLE: etcdserver: request timed out");
  }

  private static void assertError(EtcdError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getDescription()).isEqualTo(error.text());
              assertThat(e.getStatus().getCode()).isEqualTo(error.code());
            });
  }

  private static void assertCode(Status.Code code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
  }
}
