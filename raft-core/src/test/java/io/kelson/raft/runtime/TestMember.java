package io.kelson.raft.runtime;

import io.kelson.raft.core.CoreConfig;
import io.kelson.raft.core.Proposal;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.core.RoleChange;
import io.kelson.raft.log.DiskDirectory;
import io.kelson.raft.log.LogDirectory;
import io.kelson.raft.log.LogOptions;
import io.kelson.raft.log.SegmentedLog;
import io.kelson.raft.membership.Configuration;
import io.kelson.raft.transport.NettyTransport;
import io.kelson.raft.transport.PeerAddress;
import io.kelson.raft.transport.TransportOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;

/** One member with a real log and real sockets, on a fixed address of its own. */
final class TestMember implements AutoCloseable {
  static final long CLUSTER = 0xC1;

  /** Nobody ships snapshots here, so who lags must find everything in the log. */
  private static final long KEPT_ENTRIES = Long.MAX_VALUE / 4;

  final long id;
  final RecordingMachine machine = new RecordingMachine();
  final BlockingQueue<RoleChange> roleChanges = new LinkedBlockingQueue<>();
  final BlockingQueue<Rejection> rejections = new LinkedBlockingQueue<>();
  final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  final RaftNode node;
  private final SegmentedLog log;
  private final NettyTransport transport;

  /** Starts a member; what it applied before is applied again from its log. */
  TestMember(long id, Path home, Map<Long, InetSocketAddress> addresses) throws Exception {
    this(id, home, addresses, disk -> disk);
  }

  /**
   * @param wrap puts something between the log and its disk
   */
  TestMember(
      long id, Path home, Map<Long, InetSocketAddress> addresses, UnaryOperator<LogDirectory> wrap)
      throws Exception {
    this.id = id;
    LogDirectory disk =
        wrap.apply(DiskDirectory.open(Files.createDirectories(home.resolve("m" + id))));
    log = SegmentedLog.open(LogOptions.builder(disk).segmentBytes(1 << 20).build());
    Map<Long, List<PeerAddress>> peers = new HashMap<>();
    addresses.forEach(
        (peer, at) -> peers.put(peer, List.of(new PeerAddress(at.getHostString(), at.getPort()))));
    transport =
        new NettyTransport(
            TransportOptions.builder(id, CLUSTER)
                .listen(List.of(addresses.get(id)))
                .peers(peers)
                .build());
    CoreConfig core = CoreConfig.defaults(id, Configuration.of(addresses.keySet()));
    node =
        RaftNode.start(
            RaftNodeOptions.defaults(core, Duration.ofMillis(10), new Random(id))
                .withLogEntries(KEPT_ENTRIES, KEPT_ENTRIES),
            log,
            machine,
            transport,
            SnapshotShipper.NONE,
            new Listener());
  }

  void propose(String command) {
    if (!node.propose(new Proposal(command.hashCode(), command.getBytes(StandardCharsets.UTF_8)))) {
      throw new AssertionError("the mailbox is full");
    }
  }

  CompletableFuture<Rejection.Reason> read() {
    CompletableFuture<Rejection.Reason> outcome = new CompletableFuture<>();
    boolean taken =
        node.read(
            new ReadWaiter() {
              @Override
              public void ready() {
                outcome.complete(null);
              }

              @Override
              public void failed(Rejection.Reason reason) {
                outcome.complete(reason);
              }
            });
    if (!taken) {
      throw new AssertionError("the mailbox is full");
    }
    return outcome;
  }

  /** Waits until this member knows a leader. */
  long awaitLeader() throws InterruptedException {
    long leader = node.status().leader();
    while (leader == 0) {
      leader = roleChanges.take().leader();
    }
    return leader;
  }

  @Override
  public void close() throws IOException {
    node.close();
    transport.close();
    log.close();
  }

  /** Addresses on loopback that were free a moment ago. */
  static Map<Long, InetSocketAddress> addresses(int members) throws Exception {
    Map<Long, InetSocketAddress> addresses = new HashMap<>();
    List<ServerSocket> held = new ArrayList<>();
    for (long id = 1; id <= members; id++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      held.add(socket);
      addresses.put(id, new InetSocketAddress("127.0.0.1", socket.getLocalPort()));
    }
    for (ServerSocket socket : held) {
      socket.close();
    }
    return addresses;
  }

  private final class Listener implements RaftListener {
    @Override
    public void roleChanged(RoleChange change) {
      roleChanges.add(change);
    }

    @Override
    public void proposalRejected(Rejection rejection) {
      rejections.add(rejection);
    }

    @Override
    public void failed(Throwable cause) {
      failure.complete(cause);
    }
  }
}
