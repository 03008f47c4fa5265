package io.kelson.server.rpc;

import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.kelson.api.EtcdError;
import io.kelson.api.ResponseHeader;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.core.Role;
import io.kelson.raft.core.RoleChange;
import io.kelson.server.apply.AlarmRules;
import io.kelson.server.apply.ApplyResults;
import io.kelson.server.auth.AuthStore;
import io.kelson.server.backup.Backups;
import io.kelson.server.cluster.ClusterInfo;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.http.MemberHealth;
import io.kelson.server.lease.Lessor;
import io.kelson.server.membership.MemberChanges;
import io.kelson.server.mvcc.LeaseListener;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.PurgeLoop;
import io.kelson.server.tls.ChannelDial;
import io.kelson.server.watch.WatchHub;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Everything between a client's call and consensus, put together.
 *
 * <p>Whoever runs the node passes on what happens there ({@link #roleChanged}, {@link
 * #proposalRejected}, {@link #results}) and lets time pass ({@link #tick}). Thread-safe.
 */
public final class ClientDoor {
  private final int maxTxnOps;
  private final int maxRequestBytes;
  private final LeaderForward leaderForward;
  private final ConsensusNode node;
  private final Headers headers;
  private final LeaderWatch leader;
  private final DiskHealth disk = new DiskHealth();
  private final PendingRequests pending;
  private final Proposals proposals;
  private final LinearizableReads reads;
  private final LeaderChannel leaderChannel;
  private final LongSupplier nanoTime;
  private final long electionTimeoutMillis;
  private final long minLeaseTtlSeconds;
  private volatile Lessor lessor;
  private volatile AuthGuard guard;
  private AuthParts authParts;
  private volatile SnapshotCalls snapshots;
  private volatile MaintenanceParts maintenance;
  private volatile LeaderMoves moves;
  private KvMethods kv;

  /**
   * @param nanoTime the clock of timeouts
   * @param startMillis the wall clock, which sets the numbers of this run's requests apart from
   *     those of earlier ones
   */
  public ClientDoor(
      ServerConfig config,
      ClusterInfo cluster,
      ConsensusNode node,
      LongSupplier nanoTime,
      long startMillis) {
    this(config, cluster, node, nanoTime, startMillis, ChannelDial.withoutFiles());
  }

  /**
   * @param dial the way to other members' client ports
   */
  public ClientDoor(
      ServerConfig config,
      ClusterInfo cluster,
      ConsensusNode node,
      LongSupplier nanoTime,
      long startMillis,
      ChannelDial dial) {
    this.leaderForward = new LeaderForward(node, dial, config.requestTimeoutMillis(), () -> guard);
    this.maxTxnOps = config.maxTxnOps();
    this.maxRequestBytes = config.maxRequestBytes();
    this.node = node;
    this.headers = new Headers(node, cluster.clusterId(), cluster.selfId());
    long timeoutNanos = TimeUnit.MILLISECONDS.toNanos(config.requestTimeoutMillis());
    long electionNanos = TimeUnit.MILLISECONDS.toNanos(config.electionTimeoutMillis());
    this.leader = new LeaderWatch(nanoTime, electionNanos);
    this.pending =
        new PendingRequests(RequestIds.of(cluster.selfId(), cluster.memberIds(), startMillis));
    this.proposals =
        new Proposals(node, pending, leader, nanoTime, config.maxRequestBytes(), timeoutNanos);
    this.reads = new LinearizableReads(node, leader, nanoTime, timeoutNanos);
    this.leaderChannel = new LeaderChannel(node, dial);
    this.nanoTime = nanoTime;
    this.electionTimeoutMillis = config.electionTimeoutMillis();
    this.minLeaseTtlSeconds =
        LeaseService.minTtlSeconds(
            config.heartbeatIntervalMillis(), config.electionTimeoutMillis());
  }

  /** Where the apply thread reports. */
  public ApplyResults results() {
    return pending;
  }

  /** The way into the log, for requests that come from no client. */
  public Proposals proposals() {
    return proposals;
  }

  /**
   * Begins to keep the time of leases; once, before the node starts.
   *
   * @param loader reads the leases when this member has become leader
   * @return who must hear of leases that come and go
   */
  public LeaseListener openLessor(MvccStore store, Executor loader) {
    ConsensusLeaseLog log = new ConsensusLeaseLog(proposals, reads);
    Lessor opened = new Lessor(store, log, loader, nanoTime, electionTimeoutMillis);
    lessor = opened;
    return opened;
  }

  /**
   * Begins to look at who makes calls; once, before the services are made.
   *
   * @param parts what callers are known by
   * @return what the apply thread must keep up to date
   */
  public AuthStore openAuth(MvccStore store, AuthParts parts) {
    AuthStore opened = new AuthStore(store, parts.tokens()::accept);
    guard = new AuthGuard(opened, store, parts.tickets());
    authParts = parts;
    return opened;
  }

  /**
   * Says where backups come from; once, before {@link #services}.
   *
   * @return to be closed before the store is: waits for backups that are being taken
   */
  public AutoCloseable openBackups(Backups backups) {
    snapshots = new SnapshotCalls(backups);
    return snapshots;
  }

  /**
   * Says what maintenance stands on, and from then on turns away what an alarm or a full quota
   * keeps from being done; once, before {@link #services}.
   */
  public void openMaintenance(MaintenanceParts parts) {
    moves =
        new LeaderMoves(
            node, parts.isVoter(), parts.transfer(), nanoTime, proposals.timeoutNanos());
    maintenance = parts;
    proposals.admitWith(
        request -> {
          EtcdError refusal = AlarmRules.refusal(parts.state().current(), request);
          boolean noRoom = parts.space().isExceeded() && AlarmRules.adds(request);
          return refusal == null && noRoom ? EtcdError.NO_SPACE : refusal;
        });
  }

  /** A response header with that revision. */
  public ResponseHeader header(long revision) {
    return headers.at(revision);
  }

  /** Every service of the client port but health. */
  public List<ServerServiceDefinition> services(
      MvccStore store,
      WatchHub watches,
      ReadThreads threads,
      PurgeLoop purge,
      MemberChanges changes) {
    StoreReads storeReads = new StoreReads(guard, reads, threads);
    kv =
        new KvMethods(
            new KvService(proposals, storeReads, headers, maxTxnOps, purge::removed, guard),
            new RangeCalls(guard, storeReads, threads, headers),
            new RangeStreams(guard, storeReads, threads, headers, maxRequestBytes));
    RequireLeader requireLeader = new RequireLeader(leader::hasLeader);
    RecipeParts recipes =
        new RecipeParts(
            proposals, reads, store, watches, headers, threads, minLeaseTtlSeconds, guard);
    AuthGate gate =
        new AuthGate(
            guard,
            authParts.tokens(),
            authParts.namesFromCertificates(),
            reads,
            () -> store.applied().index());
    List<ServerServiceDefinition> services =
        List.of(
            ServerInterceptors.intercept(kv.registered(), requireLeader),
            ServerInterceptors.intercept(
                new WatchService(
                    watches,
                    () -> WatchService.currentEventLoop(GlobalEventExecutor.INSTANCE),
                    () -> guard.watches(AuthGuard.caller()),
                    RequireLeader::required),
                requireLeader),
            ServerInterceptors.intercept(
                new LeaseService(
                    proposals,
                    reads,
                    storeReads,
                    store,
                    lessor,
                    headers,
                    leaderChannel,
                    minLeaseTtlSeconds,
                    guard),
                leaderForward,
                requireLeader),
            ServerInterceptors.intercept(new LockService(recipes), requireLeader),
            ServerInterceptors.intercept(new ElectionService(recipes), requireLeader),
            ServerInterceptors.intercept(
                new ClusterService(changes, store::memberAttributes, reads, headers, leaderForward),
                leaderForward,
                requireLeader),
            ServerInterceptors.intercept(
                new MaintenanceService(
                    node,
                    store,
                    storeReads,
                    proposals,
                    headers,
                    disk,
                    () -> changes.isLearner(),
                    snapshots,
                    maintenance,
                    moves),
                requireLeader),
            ServerInterceptors.intercept(
                new AuthService(
                    guard,
                    authParts,
                    proposals,
                    storeReads,
                    () -> headers.at(store.currentRevision())),
                requireLeader));
    return services.stream().map(service -> ServerInterceptors.intercept(service, gate)).toList();
  }

  /**
   * Those calls of the {@link #services} that do without gRPC; once they were made.
   *
   * @param isLearner whether this member is a learner just now
   * @param slow hears how long they take
   * @param counters counts a call by its method's name and the version its client names, or null
   */
  public DirectCalls directCalls(
      BooleanSupplier isLearner,
      SlowRequests slow,
      BiFunction<String, CharSequence, ServerStreamTracer> counters) {
    return kv.direct(() -> !guard.state().enabled() && !isLearner.getAsBoolean(), slow, counters);
  }

  /** Where to say that this member's disk is full; health and status repeat it. */
  public DiskHealth disk() {
    return disk;
  }

  /**
   * What probes ask this member.
   *
   * @param alarms the alarms raised in the cluster, by etcd's names
   * @param isLearner whether this member is a learner just now
   */
  public MemberHealth health(Supplier<List<String>> alarms, BooleanSupplier isLearner) {
    return new MemberProbes(alarms, isLearner, leader, disk, reads);
  }

  /** Term, role or leader changed; called on the raft loop. */
  public void roleChanged(RoleChange change) {
    boolean newLeader = leader.changed(change);
    leaderChannel.leaderIs(change.leader());
    if (change.to() == Role.LEADER) {
      lessor.lead(change.term());
    } else {
      lessor.follow();
    }
    if (newLeader) {
      if (moves != null) {
        moves.tick();
      }
      proposals.leaderElected();
      reads.leaderElected();
    }
  }

  /** A proposal was turned down; called on the raft loop. */
  public void proposalRejected(Rejection rejection) {
    proposals.rejected(rejection);
  }

  /** Whether streams that asked for a leader have waited for one long enough. */
  public boolean isLeaderlessForLong() {
    return leader.isLeaderlessForLong();
  }

  /** Time passed; called by one thread every 100 ms or so. */
  public void tick() {
    proposals.tick();
    reads.tick();
    lessor.tick();
    if (moves != null) {
      moves.tick();
    }
  }

  /** What goes through here. Any thread. */
  public DoorStats stats() {
    return new DoorStats(
        pending.waiting(),
        proposals.failures(),
        reads.reads(),
        reads.questions(),
        reads.repeats(),
        reads.failures());
  }

  /** Who keeps the time of leases; there once {@link #openLessor} was called. */
  public Lessor lessor() {
    return lessor;
  }

  /** Answers everybody who waits with {@code server stopped}, and whoever comes later as well. */
  public void stop() {
    proposals.stop();
    reads.stop();
    leaderChannel.close();
    if (snapshots != null) {
      snapshots.stop();
    }
  }
}
