package io.kelson.server.rpc;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.internal.ServerImplBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.Role;
import io.kelson.raft.core.RoleChange;
import io.kelson.server.apply.Applier;
import io.kelson.server.apply.TestBed;
import io.kelson.server.cluster.ClusterInfo;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.http.PortUnification;
import io.kelson.server.maintenance.MaintenanceStore;
import io.kelson.server.mvcc.MvccOptions;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.PurgeLoop;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.tls.ConnectionGuard;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** The KV service on a port, over a real store, with consensus that agrees with itself. */
final class ServedStore {
  private static final ServerConfig CONFIG =
      ServerConfig.builder()
          .name("b")
          .initialAdvertisePeerUrls(List.of("http://h:2"))
          .initialCluster(InitialCluster.parse("b=http://h:2"))
          .maxRequestBytes(100_000)
          .build();

  final AppliesAtOnce node;
  final MvccStore store;
  final KVGrpc.KVBlockingStub kv;
  final KVGrpc.KVStub async;
  final ReadThreads threads = ReadThreads.start();
  private final PurgeLoop purge;
  private final Applier applier;
  private final Server server;
  private final ManagedChannel channel;

  ServedStore(Path directory) throws Exception {
    ClusterInfo cluster = ClusterInfo.of(CONFIG);
    store = MvccStore.open(directory, MvccOptions.defaults(cluster.clusterId()));
    purge = PurgeLoop.start(store);
    node = new AppliesAtOnce(cluster.selfId());
    ClientDoor door = new ClientDoor(CONFIG, cluster, node, () -> 1, 1_000);
    MaintenanceStore maintenance = new MaintenanceStore(store);
    applier =
        new Applier(
            store,
            cluster.clusterId(),
            cluster.selfId(),
            door.results(),
            changes -> {},
            snapshot -> {
              throw new UnsupportedOperationException("nobody sends snapshots here: " + snapshot);
            },
            config -> {},
            door.openLessor(store, threads),
            door.openAuth(store, AuthParts.open(CONFIG, () -> 1, () -> 1_000)),
            maintenance);
    node.machine(applier);
    door.openMaintenance(Unbounded.maintenance(maintenance));
    door.roleChanged(
        new RoleChange(
            Role.CANDIDATE, Role.LEADER, AppliesAtOnce.TERM, cluster.selfId(), "elected"));
    // Nothing but the first, KV, is called.
    ServerServiceDefinition service = door.services(store, null, threads, purge, null).get(0);
    DirectCalls direct =
        door.directCalls(
            () -> false,
            new SlowRequests(Duration.ZERO),
            (method, version) -> new ServerStreamTracer() {});
    ServerImplBuilder builder =
        FlushingServer.builder(
                NettyServerBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    PortUnification.credentials(null, ConnectionGuard.NONE, direct::attach)))
            .directExecutor();
    builder.addService(service);
    server = builder.build().start();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(120, TimeUnit.SECONDS);
    async = KVGrpc.newStub(channel);
  }

  /** Puts key00000 and so on, in one group. */
  void fill(int keys, IntFunction<byte[]> value) {
    List<Entry> group = new ArrayList<>(keys);
    long index = store.applied().index();
    for (int i = 0; i < keys; i++) {
      PutRequest.Builder put =
          PutRequest.newBuilder().setKey(key(i)).setValue(ByteString.copyFrom(value.apply(i)));
      InternalRequest request = InternalRequest.newBuilder().setPut(put).build();
      group.add(new Entry(AppliesAtOnce.TERM, ++index, EntryType.NORMAL, request.toByteArray()));
    }
    applier.apply(group);
  }

  static ByteString key(int i) {
    return TestBed.utf8("key%05d".formatted(i));
  }

  static RangeRequest.Builder everything() {
    return TestBed.rangeRequest("key", "l");
  }

  void close() throws Exception {
    channel.shutdownNow().awaitTermination(30, TimeUnit.SECONDS);
    server.shutdownNow().awaitTermination(30, TimeUnit.SECONDS);
    threads.close();
    purge.close();
    store.close();
  }
}
