package io.kelson.server.metrics;

import io.kelson.raft.log.LogMetrics;
import io.kelson.raft.runtime.RaftListener;
import io.kelson.raft.runtime.StateMachine;
import io.kelson.raft.snapshot.SnapshotListener;
import io.kelson.raft.snapshot.SnapshotSource;
import io.kelson.raft.transport.TransportListener;
import io.kelson.server.http.MetricsPage;
import io.kelson.server.mvcc.EventListener;
import io.kelson.server.mvcc.LeaseListener;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;

/**
 * Everything one member measures, and the page that shows it.
 *
 * <p>Whoever starts the parts of a member hands them the listeners from here, and when all are
 * there says whom to ask ({@link #readFrom}). Thread-safe.
 */
public final class Metrics implements MetricsPage {
  private final RaftMetrics raft = new RaftMetrics();
  private final DiskMetrics disk = new DiskMetrics();
  private final PeerMetrics peers = new PeerMetrics();
  private final SnapshotMetrics snapshots = new SnapshotMetrics();
  private final ChangeMetrics changes = new ChangeMetrics();
  private final HealthMetrics health = new HealthMetrics();
  private final ApplyMetrics apply;
  private final GrpcMetrics grpc;

  // etcd's buckets: 10 ms doubled 17 times.
  private final Distribution checkpoints = Distribution.doubling(0.01, 17);

  private final List<Scrape.Part> parts = new CopyOnWriteArrayList<>();

  /**
   * Metrics of a member that is starting.
   *
   * @param extensive whether to count how long every call took, by method
   * @param slowApply entries that take longer to apply are worth a line; zero: none are
   */
  public Metrics(boolean extensive, Duration slowApply) {
    this.grpc = new GrpcMetrics(extensive);
    this.apply = new ApplyMetrics(slowApply);
    parts.addAll(List.of(raft, disk, changes, health, apply, grpc::collect, new JvmPart()));
    parts.add(
        into ->
            into.histograms(
                    "etcd_disk_backend_snapshot_duration_seconds",
                    "How long it took to freeze the store for a snapshot.")
                .at(Labels.EMPTY, checkpoints)
                .add());
  }

  /** What to tell of the log's disk. */
  public LogMetrics log() {
    return disk;
  }

  /** What to tell of the raft loop: changes of role, and batches. */
  public RaftListener raft() {
    return raft;
  }

  /** What to tell of the other members. */
  public TransportListener peers() {
    return peers;
  }

  /** What to tell of snapshots on their way. */
  public SnapshotListener snapshots() {
    return snapshots;
  }

  /** What to tell of calls. */
  public GrpcMetrics grpc() {
    return grpc;
  }

  /** What to tell of checks of health. */
  public HealthMetrics health() {
    return health;
  }

  /** The same machine, measured. */
  public StateMachine measured(StateMachine machine) {
    return apply.measured(machine);
  }

  /** The same source, measured. */
  public SnapshotSource measured(SnapshotSource source) {
    return () -> {
      long began = System.nanoTime();
      var checkpoint = source.checkpoint();
      checkpoints.addNanos(System.nanoTime() - began);
      return checkpoint;
    };
  }

  /** The same listener; what it hears is counted. */
  public EventListener countedEvents(EventListener next) {
    return changes.countedEvents(next);
  }

  /** The same listener; what it hears is counted. */
  public LeaseListener countedLeases(LeaseListener next) {
    return changes.countedLeases(next);
  }

  /** All parts of the member are there now. Before that their metrics are not on the page. */
  public void readFrom(Sources sources) {
    parts.add(new ServerMetrics(sources));
    parts.add(
        into -> {
          Set<Long> members = sources.members().get();
          peers.collect(into, sources.self(), members);
          snapshots.collect(into, sources.self(), members);
        });
  }

  /**
   * Adds a metric of somebody else's.
   *
   * @param value asked at every scrape, on any thread; must not block
   */
  public void gauge(String name, String help, DoubleSupplier value) {
    parts.add(into -> into.gauge(name, help, value.getAsDouble()));
  }

  /** The same for something that only grows; a name that does not end in {@code _total} is kept. */
  public void counter(String name, String help, DoubleSupplier value) {
    parts.add(into -> into.counter(name, help, value.getAsDouble()));
  }

  /**
   * Which format a page is in.
   *
   * @param accept the request's {@code Accept} header; null or empty if there is none
   */
  @Override
  public String contentType(String accept) {
    return Page.accepted(accept).contentType();
  }

  /**
   * The page, of some hundred kilobytes. Takes some milliseconds and may look at the disk, so not
   * on an event loop. Memory for one page is all it needs: whoever lets clients ask bounds how many
   * ask at once.
   *
   * @param accept as in {@link #contentType}
   */
  @Override
  public byte[] body(String accept) {
    Scrape scrape = new Scrape();
    parts.forEach(part -> part.collect(scrape));
    return Page.accepted(accept).write(scrape.families());
  }
}
