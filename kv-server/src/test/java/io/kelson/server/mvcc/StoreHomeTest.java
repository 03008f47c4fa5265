package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.MessageLite;
import io.kelson.api.EtcdError;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.snapshot.Checkpoint;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import io.kelson.raft.snapshot.SnapshotListener;
import io.kelson.raft.snapshot.SnapshotOptions;
import io.kelson.raft.snapshot.SnapshotReceiver;
import io.kelson.raft.snapshot.SnapshotSender;
import io.kelson.raft.snapshot.SnapshotSink;
import io.kelson.raft.transport.NettyTransport;
import io.kelson.raft.transport.PeerAddress;
import io.kelson.raft.transport.TransportOptions;
import io.kelson.server.apply.Applier;
import io.kelson.server.apply.ApplyResults;
import io.kelson.server.apply.TestBed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.MutableColumnFamilyOptions;

/** Checkpoints of a store at work, and snapshots that replace one. */
@Timeout(120)
class StoreHomeTest {
  private static final MvccOptions OPTIONS =
      MvccOptions.defaults(TestBed.CLUSTER).withMemtableBytes(64 * 1024);
  private static final int CONFIG_EVERY = 40;

  @TempDir Path temp;
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  /** A store with an applier, in a data directory of its own. */
  private final class Node implements AutoCloseable {
    final Path directory;
    final StoreHome home;
    final Applier applier;
    final AtomicInteger replaced = new AtomicInteger();

    Node(String name) throws IOException {
      this(name, OPTIONS);
    }

    Node(String name, MvccOptions options) throws IOException {
      directory = temp.resolve(name);
      home = StoreHome.open(directory, options);
      EventListener events =
          new EventListener() {
            @Override
            public void applied(List<RevisionEvents> revisions) {}

            @Override
            public void historyReplaced() {
              replaced.incrementAndGet();
            }
          };
      applier =
          new Applier(
              home.store(),
              TestBed.CLUSTER,
              TestBed.MEMBER,
              nobodyWaits(),
              events,
              home::install,
              config -> {},
              changes -> {});
      open.add(this);
    }

    MvccStore store() {
      return home.store();
    }

    @Override
    public void close() {
      home.close();
    }
  }

  private static ApplyResults nobodyWaits() {
    return new ApplyResults() {
      @Override
      public boolean isWaiting(long requestId) {
        return false;
      }

      @Override
      public void succeeded(long requestId, MessageLite response) {}

      @Override
      public void failed(long requestId, EtcdError error) {}

      @Override
      public void flush() {}
    };
  }

  private static List<Entry> entries(int count) {
    List<Entry> entries = EntryScript.entries(1, count, 2000);
    for (int i = CONFIG_EVERY; i <= count; i += CONFIG_EVERY) {
      entries.set(i - 1, new Entry(TestBed.TERM, i, EntryType.CONFIG, config(i)));
    }
    return entries;
  }

  /** The configuration as of an index. */
  private static byte[] config(long index) {
    long of = index / CONFIG_EVERY * CONFIG_EVERY;
    return of == 0 ? new byte[0] : ("configuration of " + of).getBytes(StandardCharsets.UTF_8);
  }

  private long[] hashes(List<Entry> entries) throws IOException {
    long[] hashes = new long[entries.size() + 1];
    Node reference = new Node("reference");
    hashes[0] = reference.store().stateHash();
    for (int i = 0; i < entries.size(); i++) {
      reference.applier.apply(entries.subList(i, i + 1));
      hashes[i + 1] = reference.store().stateHash();
    }
    return hashes;
  }

  private static ReceivedSnapshot snapshot(Checkpoint checkpoint) {
    return new ReceivedSnapshot(
        checkpoint.directory(), 1, TestBed.TERM, checkpoint.position(), checkpoint.config());
  }

  @Test
  void checkpointUnderWritesIsTheStateAtItsPosition() throws Exception {
    List<Entry> entries = entries(600);
    long[] hashes = hashes(entries);
    Node node = new Node("node");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch halfway = new CountDownLatch(1);
    CompletableFuture<Void> applying =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < entries.size(); i++) {
                node.applier.apply(entries.subList(i, i + 1));
                begun.countDown();
                if (i == entries.size() / 2) {
                  halfway.countDown();
                }
              }
            });
    begun.await();
    List<Checkpoint> checkpoints = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      LogPosition before = node.store().applied();
      checkpoints.add(node.home.checkpoint());
      assertThat(checkpoints.get(i).position()).isGreaterThanOrEqualTo(before);
      assertThat(node.store().durablyApplied())
          .isGreaterThanOrEqualTo(checkpoints.get(i).position());
    }
    halfway.await();
    checkpoints.add(node.home.checkpoint());
    applying.get();
    checkpoints.add(node.home.checkpoint());
    assertThat(checkpoints.get(5).position().index()).isEqualTo(600);
    for (Checkpoint checkpoint : checkpoints) {
      int index = (int) checkpoint.position().index();
      assertThat(checkpoint.config()).isEqualTo(config(index));
      node.home.verify(snapshot(checkpoint));
      try (MvccStore copy = MvccStore.open(checkpoint.directory(), OPTIONS)) {
        assertThat(copy.applied()).isEqualTo(checkpoint.position());
        assertThat(copy.config()).isEqualTo(config(index));
        assertThat(copy.stateHash()).as("state at " + index).isEqualTo(hashes[index]);
      }
      checkpoint.close();
    }
    assertThat(node.directory.resolve("snapshot-outgoing")).isEmptyDirectory();
    assertThat(node.store().stateHash()).isEqualTo(hashes[600]);
  }

  @Test
  void snapshotReplacesTheStateUnderItsReaders() throws Exception {
    List<Entry> entries = entries(700);
    long[] hashes = hashes(entries);
    Node leader = new Node("leader");
    leader.applier.apply(entries.subList(0, 600));
    Node follower = new Node("follower");
    follower.applier.apply(entries.subList(0, 100));
    Path oldDirectory = follower.directory.resolve("store/gen-1");
    long oldHash = follower.store().hashKv(0);
    StoreView reader = follower.store().acquireView();
    long oldRevision = reader.revision();

    try (Checkpoint checkpoint = leader.home.checkpoint()) {
      follower.applier.install(snapshot(checkpoint));
    }
    assertThat(follower.replaced).hasValue(1);
    assertThat(follower.store().applied()).isEqualTo(new LogPosition(TestBed.TERM, 600));
    assertThat(follower.store().durablyApplied()).isEqualTo(follower.store().applied());
    assertThat(follower.store().config()).isEqualTo(config(600));
    assertThat(follower.store().stateHash()).isEqualTo(hashes[600]);
    assertThat(follower.store().currentRevision()).isEqualTo(leader.store().currentRevision());
    assertThat(follower.store().memberAttributes()).isEqualTo(leader.store().memberAttributes());

    assertThat(reader.revision()).isEqualTo(oldRevision);
    assertThat(reader.range(TestBed.rangeRequest("key", "kez").build()).count())
        .isEqualTo(leaderCountAt(leader, oldRevision));
    assertThat(oldDirectory).isDirectory();
    assertThat(follower.store().hashKv(oldRevision)).isEqualTo(oldHash);
    reader.close();
    follower.home.awaitRetired();
    assertThat(oldDirectory).doesNotExist();

    follower.applier.apply(entries.subList(600, 700));
    assertThat(follower.store().stateHash()).isEqualTo(hashes[700]);
    assertThat(follower.store().keys())
        .isEqualTo(leaderCountAt(follower, follower.store().currentRevision()));
    while (follower.store().purgeCompacted(10)) {
      // Nothing was compacted: ends at once, on the new database.
    }
    follower.close();
    Node again = new Node("follower");
    assertThat(again.store().stateHash()).isEqualTo(hashes[700]);
    assertThat(again.directory.resolve("store")).isDirectoryContaining("glob:**/gen-2");
  }

  private static long leaderCountAt(Node node, long revision) {
    try (StoreView view = node.store().acquireView()) {
      return view.range(TestBed.rangeRequest("key", "kez").setRevision(revision).build()).count();
    }
  }

  @Test
  void whatIsNoStoreOfThisClusterAtThatPositionIsFoundOutBefore() throws Exception {
    Node node = new Node("node");
    node.applier.apply(entries(50));
    try (Checkpoint checkpoint = node.home.checkpoint()) {
      ReceivedSnapshot good = snapshot(checkpoint);
      node.home.verify(good);
      ReceivedSnapshot elsewhere =
          new ReceivedSnapshot(good.directory(), 1, 7, new LogPosition(7, 51), good.config());
      assertThatThrownBy(() -> node.home.verify(elsewhere))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is of 7/50 and not of 7/51");
      Node other = new Node("other", MvccOptions.defaults(0xbeef));
      assertThatThrownBy(() -> other.home.verify(good))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("belongs to cluster c1, not to beef");
      Files.delete(checkpoint.directory().resolve("CURRENT"));
      assertThatThrownBy(() -> node.home.verify(good)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void olderSnapshotCannotUndoWhatIsNewer() throws Exception {
    Node node = new Node("node");
    List<Entry> entries = entries(60);
    node.applier.apply(entries.subList(0, 50));
    try (Checkpoint checkpoint = node.home.checkpoint()) {
      node.applier.apply(entries.subList(50, 60));
      long hash = node.store().stateHash();
      assertThatThrownBy(() -> node.applier.install(snapshot(checkpoint)))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("a snapshot of 7/50 cannot replace the store, which is at 7/60");
      assertThat(node.store().stateHash()).isEqualTo(hash);
      assertThat(node.replaced).hasValue(0);
    }
    node.close();
    assertThat(new Node("node").store().applied().index()).isEqualTo(60);
  }

  @Test
  void checkpointsLeftByACrashAreDeletedAtTheNextStart() throws Exception {
    Node node = new Node("node");
    node.applier.apply(entries(10));
    node.home.checkpoint();
    node.close();
    Node again = new Node("node");
    assertThat(again.directory.resolve("snapshot-outgoing")).doesNotExist();
    assertThat(again.home.checkpoint().position().index()).isEqualTo(10);
  }

  private NettyTransport transport(long id) {
    NettyTransport transport =
        new NettyTransport(
            TransportOptions.builder(id, TestBed.CLUSTER)
                .listen(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
                .eventLoopThreads(1)
                .build());
    open.add(transport);
    transport.start(message -> {});
    return transport;
  }

  private static List<PeerAddress> address(NettyTransport transport) {
    return List.of(new PeerAddress("127.0.0.1", transport.boundAddresses().get(0).getPort()));
  }

  private static SnapshotSink sink(Node node) {
    return new SnapshotSink() {
      @Override
      public Optional<String> objection(long from, long term, LogPosition position) {
        return Optional.empty();
      }

      @Override
      public Optional<Path> held(String name) {
        return node.home.held(name);
      }

      @Override
      public void verify(ReceivedSnapshot snapshot) throws IOException {
        node.home.verify(snapshot);
      }

      @Override
      public CompletableFuture<Void> received(ReceivedSnapshot snapshot) {
        node.applier.install(snapshot);
        return CompletableFuture.completedFuture(null);
      }
    };
  }

  /** RocksDB may rewrite a file whenever a view is closed; then it has to be sent again. */
  private static void keepFilesAsTheyAre(Node node) throws Exception {
    try (StoreView view = node.store().acquireView()) {
      for (ColumnFamilyHandle family : view.database().families()) {
        view.database()
            .db()
            .setOptions(
                family,
                MutableColumnFamilyOptions.builder().setDisableAutoCompactions(true).build());
      }
    }
  }

  @RepeatedTest(5)
  void secondSnapshotSendsOnlyWhatIsNew() throws Exception {
    List<Entry> entries = entries(800);
    Node leader = new Node("leader", MvccOptions.defaults(TestBed.CLUSTER));
    Node follower = new Node("follower", MvccOptions.defaults(TestBed.CLUSTER));
    keepFilesAsTheyAre(leader);
    NettyTransport from = transport(1);
    NettyTransport to = transport(2);
    from.setPeers(Map.of(2L, address(to)));
    to.setPeers(Map.of(1L, address(from)));
    AtomicLong sent = new AtomicLong();
    AtomicLong total = new AtomicLong();
    SnapshotListener listener =
        new SnapshotListener() {
          @Override
          public void sent(long peer, LogPosition position, long sentBytes, long totalBytes) {
            sent.set(sentBytes);
            total.set(totalBytes);
          }
        };
    SnapshotReceiver receiver =
        SnapshotReceiver.open(
            SnapshotOptions.DEFAULT,
            follower.home.incomingPath(),
            sink(follower),
            SnapshotListener.NONE);
    open.add(receiver);
    to.acceptWith(receiver);
    SnapshotSender sender =
        new SnapshotSender(SnapshotOptions.DEFAULT, leader.home, from, listener);
    open.add(sender);

    leader.applier.apply(entries.subList(0, 700));
    assertThat(sender.send(2, TestBed.TERM).get(60, TimeUnit.SECONDS).index()).isEqualTo(700);
    assertThat(follower.store().stateHash()).isEqualTo(leader.store().stateHash());
    assertThat(sent).hasValue(total.get());
    keepFilesAsTheyAre(follower);

    leader.applier.apply(entries.subList(700, 705));
    assertThat(sender.send(2, TestBed.TERM).get(60, TimeUnit.SECONDS).index()).isEqualTo(705);
    assertThat(follower.store().stateHash()).isEqualTo(leader.store().stateHash());
    assertThat(sent.get()).isPositive().isLessThan(total.get() / 2);
    follower.home.awaitRetired();
    assertThat(follower.directory.resolve("store")).isDirectoryNotContaining("glob:**/gen-[12]");
    assertThat(follower.directory.resolve("snapshot-incoming")).doesNotExist();
  }
}
