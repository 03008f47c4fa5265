package io.kelson.server;

import com.google.protobuf.ByteString;
import io.grpc.ServerServiceDefinition;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.core.Role;
import io.kelson.raft.core.RoleChange;
import io.kelson.raft.log.DiskDirectory;
import io.kelson.raft.log.LogFullException;
import io.kelson.raft.log.LogOptions;
import io.kelson.raft.log.LogOwner;
import io.kelson.raft.log.SegmentedLog;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.runtime.RaftListener;
import io.kelson.raft.runtime.RaftNode;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.raft.transport.NettyTransport;
import io.kelson.raft.transport.PeerTransport;
import io.kelson.raft.transport.TransportListener;
import io.kelson.server.apply.Applier;
import io.kelson.server.backup.Backups;
import io.kelson.server.cluster.ClusterInfo;
import io.kelson.server.cluster.DataDirectory;
import io.kelson.server.cluster.MemberIds;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.maintenance.MaintenanceStore;
import io.kelson.server.membership.MemberChanges;
import io.kelson.server.membership.Roster;
import io.kelson.server.metrics.Metrics;
import io.kelson.server.metrics.Sources;
import io.kelson.server.mvcc.MvccOptions;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.PurgeLoop;
import io.kelson.server.mvcc.StoreHome;
import io.kelson.server.proto.ClusterDescription;
import io.kelson.server.proto.MemberAttributes;
import io.kelson.server.rpc.AuthParts;
import io.kelson.server.rpc.ClientDoor;
import io.kelson.server.rpc.LearnerGate;
import io.kelson.server.rpc.MaintenanceParts;
import io.kelson.server.rpc.ReadThreads;
import io.kelson.server.rpc.SlowRequests;
import io.kelson.server.tls.ServerTls;
import io.kelson.server.watch.WatchHub;
import io.kelson.server.watch.WatchOptions;
import io.kelson.server.watch.WatchTimer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the parts of one member together, starts them in order and stops them in the other.
 *
 * <p>Thread-safe.
 */
final class Member {
  private static final Logger LOG = LoggerFactory.getLogger(Member.class);
  private static final long TICK_MILLIS = 100;
  private static final long MAX_DRAIN_MILLIS = 2_000;

  private final ServerConfig config;
  private final Consumer<Throwable> onFailure;
  private final Runnable onRemoved;
  private final ConnectedPeers peers = new ConnectedPeers(this::toldRemoved);
  private final AtomicBoolean removed = new AtomicBoolean();
  private final CompletableFuture<Void> ledNoMore = new CompletableFuture<>();
  private final Stack opened = new Stack();

  private DataDirectory directory;
  private Origin origin;
  private ClusterInfo cluster;
  private ConsensusHandle handle;
  private ClientDoor door;
  private DiskEvents disk;
  private Roster roster;
  private MemberChanges changes;
  private NettyTransport transport;
  private RaftNode node;
  private Snapshots snapshots;
  private WatchHub watches;
  private Upkeep upkeep;
  private MaintenanceStore maintenance;
  private ClientPort clients;
  private Metrics metrics;
  private ServerTls tls;
  private boolean isNewFounder;
  private volatile Attributes attributes;
  private volatile boolean closing;

  Member(ServerConfig config, Consumer<Throwable> onFailure, Runnable onRemoved) {
    this.config = config;
    this.onFailure = onFailure;
    this.onRemoved = onRemoved;
  }

  /**
   * Opens everything; on return it listens.
   *
   * @throws StartFailure if something stands in the way; nothing is left running or locked then
   */
  synchronized void open() throws StartFailure {
    try {
      Ports.requireFree("--listen-client-urls", config.listenClientUrls());
      Ports.requireFree("--listen-peer-urls", config.listenPeerUrls());
      Ports.requireFree("--listen-client-http-urls", config.http().listenClientHttpUrls());
      Ports.requireFree("--listen-metrics-urls", config.http().listenMetricsUrls());
      openParts();
    } catch (StartFailure e) {
      opened.close();
      throw e;
    } catch (IOException | RuntimeException e) {
      opened.close();
      String problem = e.getMessage() == null ? e.toString() : e.getMessage();
      int members = cluster == null ? 0 : cluster.members().size();
      throw new StartFailure(problem + RepairHint.after(e, config.dataDir(), members), e);
    }
  }

  private void openParts() throws StartFailure, IOException {
    directory = opened.push(DataDirectory.open(config.dataDir()));
    boolean isForced = ForcedCluster.isWanted(config, directory);
    tls = opened.push(ServerTls.open(config));
    origin = Origin.settle(config, directory, tls.peers());
    cluster = origin.cluster();
    isNewFounder = directory.isFounding();
    handle = new ConsensusHandle(cluster.selfId());
    door =
        new ClientDoor(
            config, cluster, handle, System::nanoTime, System.currentTimeMillis(), tls.forwards());
    metrics = new Metrics(config.http().extensiveMetrics(), config.log().slowApply());
    EventLoops loops = opened.push(new EventLoops());
    SegmentedLog log = opened.push(openLog());
    directory.markBegun();
    disk = new DiskEvents(directory.path(), door.disk(), handle::storeFull, this::failed);
    StoreHome home =
        opened.push(
            StoreHome.open(directory.path(), MvccOptions.defaults(cluster.clusterId()), disk));
    MvccStore store = home.store();
    if (isForced) {
      ForcedCluster.carryOut(config, directory, origin, log, store, tls.peers());
    }
    opened.push(door.openBackups(new Backups(home, cluster.selfId(), Instant::now)));
    ReadThreads reads = opened.push(ReadThreads.start());
    PurgeLoop purge = opened.push(PurgeLoop.start(store));
    ExecutorService catchUp = pushed(Executors.newSingleThreadExecutor(thread("kelson-watch")));
    watches = opened.push(watchHub(store, catchUp, loops));
    startNode(log, home, purge, loops);
    upkeep.start();
    SlowRequests slowRequests = new SlowRequests(config.log().slowRequest());
    metrics.readFrom(sources(store, purge, slowRequests));
    List<ServerServiceDefinition> services =
        slowRequests.watching(door.services(store, watches, reads, purge, changes));
    clients =
        opened.push(
            ClientPort.open(
                config,
                new CountedHealth(door.health(this::alarms, roster::isLearner), metrics.health()),
                metrics,
                services,
                List.of(new LearnerGate(roster::isLearner)),
                door.directCalls(roster::isLearner, slowRequests, metrics.grpc()::newCall),
                loops,
                metrics.grpc(),
                tls));
    ScheduledFuture<?> ticks =
        loops
            .group()
            .next()
            .scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    opened.push(() -> ticks.cancel(false));
    announce(loops);
  }

  private Sources sources(MvccStore store, PurgeLoop purge, SlowRequests slowRequests) {
    return new Sources(
        cluster.selfId(),
        () -> roster.view().members().ids(),
        roster::isLearner,
        handle::status,
        store,
        purge,
        watches,
        door,
        slowRequests,
        config.storage().quotaBackendBytes(),
        directory.path());
  }

  private List<String> alarms() {
    return maintenance.current().alarms().stream()
        .map(alarm -> alarm.type().name())
        .distinct()
        .toList();
  }

  private SegmentedLog openLog() throws IOException {
    return SegmentedLog.open(
        LogOptions.builder(DiskDirectory.open(directory.createdLogPath()))
            .owner(new LogOwner(cluster.clusterId(), cluster.selfId()))
            .create(!directory.hasBegun())
            .metrics(metrics.log())
            .build());
  }

  private ExecutorService pushed(ExecutorService executor) {
    opened.push(
        () -> {
          executor.shutdown();
          executor.awaitTermination(MAX_DRAIN_MILLIS, TimeUnit.MILLISECONDS);
        });
    return executor;
  }

  private static ThreadFactory thread(String name) {
    return new DefaultThreadFactory(name, true);
  }

  private WatchHub watchHub(MvccStore store, ExecutorService catchUp, EventLoops loops) {
    return new WatchHub(
        store,
        WatchOptions.DEFAULT
            .withMaxRequestBytes(config.maxRequestBytes())
            .withProgressIntervalMillis(config.limits().watchProgressInterval().toMillis())
            .withStreamQueueBytes(config.limits().maxWatchQueueBytes()),
        door::header,
        catchUp,
        WatchTimer.on(loops.group()),
        RandomGenerator.getDefault());
  }

  private void startNode(SegmentedLog log, StoreHome home, PurgeLoop purge, EventLoops loops)
      throws StartFailure, IOException {
    openMembership(home.store(), loops);
    openUpkeep(home.store(), purge, loops);
    upkeep.requireSame();
    Applier applier = applier(home);
    snapshots =
        opened.push(
            Snapshots.open(
                cluster.selfId(), config.replication(), home, transport, handle, metrics));
    try {
      node =
          RaftNode.start(
              ConsensusOptions.of(config, origin),
              log,
              metrics.measured(applier),
              gated(home.store()),
              snapshots,
              new NodeEvents());
    } catch (UncheckedIOException e) {
      throw Ports.cannotListen("--listen-peer-urls", String.join(",", config.listenPeerUrls()), e);
    }
    opened.push(node);
    handle.set(node);
    roster.startedWith(node.config());
    changes.start();
    opened.push(changes);
  }

  private void openMembership(MvccStore store, EventLoops loops) throws IOException {
    transport =
        opened.push(
            PeerPort.open(
                config,
                cluster,
                loops,
                TransportListener.all(List.of(peers, metrics.peers())),
                tls.peers()));
    roster =
        new Roster(
            cluster.selfId(),
            origin.config(),
            store.config().length == 0 ? origin.config() : ConfigEntry.decode(store.config()),
            new RosterEvents());
    changes =
        new MemberChanges(
            handle,
            new OtherMembers(store, peers),
            roster,
            config.initialClusterToken(),
            config.requestTimeoutMillis(),
            () -> System.currentTimeMillis() / 1000,
            config.cluster());
    transport.describeWith(() -> describe(store));
  }

  private void openUpkeep(MvccStore store, PurgeLoop purge, EventLoops loops) {
    Runnable reclaim = purge::reclaim;
    maintenance = new MaintenanceStore(store);
    upkeep =
        opened.push(
            new Upkeep(
                config,
                cluster.selfId(),
                store,
                directory.path(),
                roster,
                () -> handle.status().isLeader(),
                door.proposals(),
                loops.group().next(),
                maintenance,
                tls.peers(),
                reclaim));
    door.openMaintenance(
        new MaintenanceParts(
            maintenance,
            upkeep.space(),
            id -> roster.view().applied().configuration().isVoter(id),
            handle::transferLeadership,
            reclaim));
  }

  private Applier applier(StoreHome home) {
    MvccStore store = home.store();
    return new Applier(
        store,
        cluster.clusterId(),
        cluster.selfId(),
        door.results(),
        metrics.countedEvents(watches),
        home::install,
        data -> roster.applied(ConfigEntry.decode(data)),
        metrics.countedLeases(
            door.openLessor(
                store, pushed(Executors.newSingleThreadExecutor(thread("kelson-lease"))))),
        door.openAuth(
            store,
            opened.push(AuthParts.open(config, System::nanoTime, System::currentTimeMillis))),
        maintenance);
  }

  /** The way to the others, closed at first if this member may have run before and forgotten it. */
  private PeerTransport gated(MvccStore store) {
    return directory.isFounding()
        ? opened.push(
            new FounderGate(
                transport, cluster, directory, store.restored(), tls.peers(), this::failed))
        : transport;
  }

  private void failed(Throwable cause) {
    door.stop();
    onFailure.accept(cause);
  }

  /** What a member that wants to join is told on the peer port. */
  private byte[] describe(MvccStore store) {
    return ClusterDescription.newBuilder()
        .setClusterId(cluster.clusterId())
        .setConfig(ByteString.copyFrom(roster.certain().encode()))
        .setAppliedIndex(store.applied().index())
        .addAllStartedIds(store.memberAttributes().keySet())
        .setUpToDate(isUpToDate())
        .addAllHashes(upkeep.hashes().all())
        .setRestored(ByteString.copyFrom(store.restored()))
        .setLacksRoom(upkeep.space().isLacking())
        .build()
        .toByteArray();
  }

  /** Whether this member has applied everything that was certain when it started. */
  private boolean isUpToDate() {
    Attributes said = attributes;
    return isNewFounder || said != null && said.arePublished();
  }

  private void announce(EventLoops loops) {
    boolean anyPort = config.advertiseClientUrls().stream().allMatch(url -> url.endsWith(":0"));
    MemberAttributes said =
        MemberAttributes.newBuilder()
            .setMemberId(cluster.selfId())
            .setName(config.name())
            .addAllClientUrls(anyPort ? clients.urls() : config.advertiseClientUrls())
            .build();
    attributes = new Attributes(said, door.proposals(), loops.group().next());
    attributes.published().thenRun(() -> LOG.info("ready to serve client requests"));
    attributes.publish();
  }

  private void tick() {
    door.tick();
    if (door.isLeaderlessForLong()) {
      watches.closeStreamsRequiringLeader();
    }
  }

  /**
   * Waits until this member has had a leader and a quorum and has announced itself.
   *
   * @return whether it came to that in time
   */
  boolean awaitReady(Duration atMost) throws InterruptedException {
    try {
      attributes.published().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    }
  }

  /** Where clients are accepted, with the ports actually taken. */
  List<String> clientUrls() {
    return clients.urls();
  }

  /** Where HTTP is served apart from gRPC; empty if it is on the same port. */
  List<String> clientHttpUrls() {
    return clients.http().clientUrls();
  }

  /** Where metrics and health are served in addition. */
  List<String> metricsUrls() {
    return clients.http().metricsUrls();
  }

  /** This member's id. */
  long memberId() {
    return cluster.selfId();
  }

  /** Where this member stands in its cluster. */
  RaftStatus status() {
    return node.status();
  }

  /** What this member measures; there once it is started. */
  Metrics metrics() {
    return metrics;
  }

  /**
   * Stops: hands leadership over if it can, lets calls under way finish for a moment, and closes
   * everything. Idempotent; waits until it is done, a few seconds at most.
   */
  synchronized void close() {
    if (closing || clients == null) {
      return;
    }
    closing = true;
    LOG.info("stopping member {}", MemberIds.text(cluster.selfId()));
    try {
      maybeTransferLeadership();
      drain();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    opened.close();
    LOG.info("stopped member {}", MemberIds.text(cluster.selfId()));
  }

  private void maybeTransferLeadership() throws InterruptedException {
    OptionalLong successor = peers.longest(node.config().configuration().voters());
    if (!node.status().isLeader() || successor.isEmpty()) {
      return;
    }
    LOG.info("handing leadership to {}", MemberIds.text(successor.getAsLong()));
    node.transferLeadership(successor.getAsLong());
    try {
      ledNoMore.get(config.electionTimeoutMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("leadership was not handed over in time; the others will elect a leader");
    } catch (ExecutionException e) {
      throw new IllegalStateException("only ever completed normally", e);
    }
  }

  private void drain() throws InterruptedException {
    clients.refuseNewCalls();
    watches.close();
    clients.awaitCalls(MAX_DRAIN_MILLIS);
    door.stop();
  }

  private void toldRemoved(long peer) {
    LOG.warn("member {} says that this member has been removed", MemberIds.text(peer));
    selfRemoved();
  }

  /** On a thread of its own: whoever finds out must not wait, and cannot close himself. */
  private void selfRemoved() {
    if (removed.compareAndSet(false, true)) {
      new Thread(this::leave, "kelson-removed").start();
    }
  }

  private void leave() {
    LOG.warn(
        "member {} has been permanently removed from cluster {}; it stops for good",
        MemberIds.text(cluster.selfId()),
        MemberIds.text(cluster.clusterId()));
    try {
      directory.markRemoved();
    } catch (IOException e) {
      LOG.error("cannot note in {} that this member was removed", directory.path(), e);
    }
    close();
    onRemoved.run();
  }

  /** What the roster reports, on threads of node and apply. */
  private final class RosterEvents implements Roster.Listener {
    @Override
    public void peersChanged(Map<Long, List<String>> peerUrls, Set<Long> gone) {
      transport.setRemoved(gone);
      transport.setPeers(PeerPort.addresses(peerUrls));
    }

    @Override
    public void changeApplied(long changeId) {
      changes.applied(changeId);
    }

    @Override
    public void selfRemoved() {
      Member.this.selfRemoved();
    }
  }

  /** What the node reports, on its own threads. */
  private final class NodeEvents implements RaftListener {
    @Override
    public void roleChanged(RoleChange change) {
      LOG.info(
          "member {} was {} and is {} in term {}, leader {}: {}",
          MemberIds.text(cluster.selfId()),
          change.from(),
          change.to(),
          change.term(),
          change.leader() == 0 ? "unknown" : MemberIds.text(change.leader()),
          change.reason());
      if (change.from() == Role.LEADER && change.to() != Role.LEADER) {
        snapshots.ledNoMore();
      }
      if (closing && change.to() != Role.LEADER) {
        ledNoMore.complete(null);
      }
      door.roleChanged(change);
      metrics.raft().roleChanged(change);
    }

    @Override
    public void batchTaken(int messages, int proposals, int reads) {
      metrics.raft().batchTaken(messages, proposals, reads);
    }

    @Override
    public void configurationActivated(ConfigEntry now) {
      LOG.info("the members in force are {}", now.configuration());
      roster.inForce(now);
    }

    @Override
    public void changeRejected(Rejection rejection) {
      changes.rejected(rejection);
    }

    @Override
    public void proposalRejected(Rejection rejection) {
      door.proposalRejected(rejection);
    }

    @Override
    public void logFull(LogFullException cause) {
      disk.logFull(cause);
    }

    @Override
    public void logHasRoom() {
      disk.logHasRoom();
    }

    @Override
    public void failed(Throwable cause) {
      Member.this.failed(cause);
    }
  }
}
