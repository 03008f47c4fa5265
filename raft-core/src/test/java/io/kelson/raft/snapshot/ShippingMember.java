package io.kelson.raft.snapshot;

import io.kelson.raft.core.LogPosition;
import io.kelson.raft.transport.NettyTransport;
import io.kelson.raft.transport.PeerAddress;
import io.kelson.raft.transport.SnapshotStreams;
import io.kelson.raft.transport.TransportOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A member that sends and receives snapshots over loopback, and remembers what came. */
final class ShippingMember implements AutoCloseable, SnapshotSink, SnapshotListener {
  static final long CLUSTER = 0xc1;
  static final long PATIENCE_SECONDS = 60;
  static final SnapshotOptions OPTIONS =
      SnapshotOptions.DEFAULT.withChunkBytes(16 << 10).withAttempts(3, 0);

  final long id;
  final Path directory;
  final Path files;
  final NettyTransport transport;
  final Map<String, Path> held = new HashMap<>();
  final BlockingQueue<ReceivedSnapshot> arrived = new LinkedBlockingQueue<>();
  final List<String> failures = new CopyOnWriteArrayList<>();
  final List<Long> beginnings = new CopyOnWriteArrayList<>();
  final AtomicLong sentBytes = new AtomicLong(-1);
  final AtomicLong receivedBytes = new AtomicLong(-1);
  volatile CompletableFuture<Void> installed = CompletableFuture.completedFuture(null);
  volatile Optional<String> objection = Optional.empty();
  volatile LogPosition position = new LogPosition(5, 100);
  SnapshotOptions options = OPTIONS;
  SnapshotDisk disk = SnapshotDisk.REAL;
  SnapshotSender sender;
  SnapshotReceiver receiver;
  private final AtomicLong checkpoints = new AtomicLong();
  private final AtomicLong installs = new AtomicLong();
  private long connections = -1;

  ShippingMember(long id, Path parent) throws IOException {
    this(id, CLUSTER, parent);
  }

  ShippingMember(long id, long cluster, Path parent) throws IOException {
    this.id = id;
    this.directory = Files.createDirectory(parent.resolve("member-" + id));
    this.files = Files.createDirectory(directory.resolve("files"));
    this.transport =
        new NettyTransport(
            TransportOptions.builder(id, cluster)
                .listen(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
                .eventLoopThreads(1)
                .build());
    transport.start(message -> {});
  }

  /** Begins to send through these streams and to receive. */
  ShippingMember begin(SnapshotStreams streams) throws IOException {
    sender = new SnapshotSender(options, this::checkpoint, streams, this);
    receiver = SnapshotReceiver.open(options, disk, staging(), this, this);
    transport.acceptWith(receiver);
    return this;
  }

  ShippingMember begin() throws IOException {
    return begin(transport);
  }

  static void introduce(ShippingMember... members) {
    Map<Long, List<PeerAddress>> peers = new HashMap<>();
    for (ShippingMember member : members) {
      peers.put(member.id, List.of(member.address()));
    }
    for (ShippingMember member : members) {
      member.transport.setPeers(peers);
    }
  }

  PeerAddress address() {
    return new PeerAddress(
        InetAddress.getLoopbackAddress().getHostAddress(),
        transport.boundAddresses().get(0).getPort());
  }

  Path staging() {
    return directory.resolve("incoming");
  }

  Path outgoing() {
    return directory.resolve("outgoing");
  }

  private Checkpoint checkpoint() throws IOException {
    Path target = outgoing().resolve("" + checkpoints.incrementAndGet());
    Files.createDirectories(target);
    try (Stream<Path> list = Files.list(files)) {
      for (Path file : list.toList()) {
        Files.createLink(target.resolve(file.getFileName()), file);
      }
    }
    return new Checkpoint(target, position, new byte[] {1, 2, 3});
  }

  /** What files a directory holds, each with its checksum. */
  static Map<String, String> content(Path directory) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> list = Files.list(directory)) {
      for (Path file : list.toList()) {
        content.put(file.getFileName().toString(), Digests.sha256(file, () -> {}));
      }
    }
    return content;
  }

  @Override
  public Optional<String> objection(long from, long term, LogPosition of) {
    return objection;
  }

  @Override
  public Optional<Path> held(String name) {
    return Optional.ofNullable(held.get(name));
  }

  @Override
  public void verify(ReceivedSnapshot snapshot) {}

  /** Moves the files where they would be installed. */
  @Override
  public CompletableFuture<Void> received(ReceivedSnapshot snapshot) {
    Path place = directory.resolve("installed-" + installs.incrementAndGet());
    try {
      Files.move(snapshot.directory(), place);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
    arrived.add(
        new ReceivedSnapshot(
            place, snapshot.from(), snapshot.term(), snapshot.position(), snapshot.config()));
    return installed;
  }

  @Override
  public void sent(long to, LogPosition of, long sent, long totalBytes) {
    sentBytes.set(sent);
  }

  @Override
  public void sendFailed(long to, SnapshotException cause, boolean retried) {
    failures.add(cause.reason() + (retried ? " retried" : ""));
  }

  @Override
  public void sending(long to, LogPosition of, long doneBytes, long totalBytes) {
    long now = faults.opened();
    if (now != connections) {
      connections = now;
      beginnings.add(doneBytes);
    }
  }

  /** Replaced by those who count connections. */
  FaultyStreams faults = new FaultyStreams(null);

  @Override
  public void received(long from, LogPosition of, long received, long totalBytes) {
    receivedBytes.set(received);
  }

  @Override
  public void close() throws IOException {
    if (sender != null) {
      sender.close();
      receiver.close();
    }
    transport.close();
  }
}
