package io.kelson.server.mvcc;

import static io.kelson.server.apply.TestBed.deleteOp;
import static io.kelson.server.apply.TestBed.op;
import static io.kelson.server.apply.TestBed.putRequest;
import static io.kelson.server.apply.TestBed.rangeRequest;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import io.kelson.api.CompactionRequest;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.TxnRequest;
import io.kelson.api.mvcc.Event;
import io.kelson.raft.core.Entry;
import io.kelson.raft.snapshot.Checkpoint;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import io.kelson.server.apply.Applier;
import io.kelson.server.apply.ApplyResults;
import io.kelson.server.apply.TestBed;
import io.kelson.server.proto.InternalRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Bugs that etcd's store had, by the number of their issue at github.com/etcd-io/etcd. The table in
 * docs/RELIABILITY.md names them all, with the tests elsewhere.
 */
class EtcdBugsTest {
  private static final MvccOptions OPTIONS =
      MvccOptions.defaults(TestBed.CLUSTER).withMemtableBytes(64 * 1024);

  @TempDir Path directory;

  private static InternalRequest.Builder compaction(long revision) {
    return InternalRequest.newBuilder()
        .setCompaction(CompactionRequest.newBuilder().setRevision(revision));
  }

  private static Entry compaction(long index, long revision) {
    return TestBed.entry(index, compaction(revision));
  }

  private static Entry put(long index, String key) {
    return TestBed.entry(index, TestBed.request(putRequest(key, "value of " + index)));
  }

  private static Entry delete(long index, String key) {
    return TestBed.entry(
        index,
        InternalRequest.newBuilder()
            .setDeleteRange(DeleteRangeRequest.newBuilder().setKey(TestBed.utf8(key))));
  }

  private static void replay(TestBed bed, List<Entry> entries) {
    int applied = (int) bed.store.applied().index();
    if (applied < entries.size()) {
      bed.applier.apply(entries.subList(applied, entries.size()));
    }
  }

  /** Space was given back, the position it belongs to was not: a restart applied entries twice. */
  @ParameterizedTest(name = "crash {0} steps into the removal, flushed {1}, merged {2}")
  @CsvSource({"0,false,true", "2,false,false", "2,true,false", "99,false,true", "99,true,true"})
  void issue14685GivingSpaceBackAndCrashingAppliesNothingTwice(
      int steps, boolean flushed, boolean merged) {
    List<Entry> entries = new ArrayList<>(EntryScript.entries(14685, 200, 400));
    long revision;
    long hash;
    try (TestBed reference = new TestBed(directory.resolve("reference"), OPTIONS)) {
      reference.applier.apply(entries);
      entries.add(compaction(entries.size() + 1, reference.revision() - 1));
      replay(reference, entries);
      revision = reference.revision();
      hash = reference.store.hashKv(0);
    }
    TestBed bed = new TestBed(directory.resolve("crashed"), OPTIONS);
    bed.applier.apply(entries);
    for (int i = 0; i < steps && bed.store.purgeCompacted(10); i++) {
      if (flushed) {
        bed.store.flush();
      }
    }
    if (merged) {
      bed.store.reclaimPurged(false);
    }
    bed.store.closeWithoutFlush();
    try (TestBed again = new TestBed(directory.resolve("crashed"), OPTIONS)) {
      replay(again, entries);
      assertThat(again.revision()).isEqualTo(revision);
      assertThat(again.store.hashKv(0)).isEqualTo(hash);
    }
  }

  /**
   * The newest revision was a delete, compaction removed it, and a restart found an earlier one.
   */
  @ParameterizedTest(name = "crash {0} steps into the removal, flushed {1}")
  @CsvSource({"0,false", "0,true", "1,false", "1,true", "2,true", "99,false", "99,true"})
  void issue17780TheRevisionStaysWhenEverythingWasDeletedAndCompacted(int steps, boolean flushed) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      entries.add(put(2 * i - 1, "key" + i));
      entries.add(delete(2 * i, "key" + i));
    }
    entries.add(compaction(11, 11));
    TestBed bed = new TestBed(directory.resolve("store"), OPTIONS);
    bed.applier.apply(entries);
    for (int i = 0; i < steps && bed.store.purgeCompacted(1); i++) {
      assertThat(bed.revision()).isEqualTo(11);
    }
    if (flushed) {
      bed.store.flush();
    }
    bed.store.closeWithoutFlush();
    try (TestBed again = new TestBed(directory.resolve("store"), OPTIONS)) {
      replay(again, entries);
      while (again.store.purgeCompacted(1)) {
        assertThat(again.revision()).isEqualTo(11);
      }
      assertThat(again.revision()).isEqualTo(11);
      assertThat(again.store.compactRevision()).isEqualTo(11);
      again.applier.apply(List.of(put(12, "new")));
      assertThat(again.range(rangeRequest("", "\0")).kvs())
          .singleElement()
          .satisfies(pair -> assertThat(pair.getModRevision()).isEqualTo(12));
    }
  }

  /** Of one transaction's deletes at the compact revision, compaction kept only some. */
  @Test
  void issue18089AllDeletesOfATxnAtTheCompactRevisionStay() {
    try (TestBed bed = new TestBed(directory.resolve("store"), OPTIONS)) {
      for (String key : List.of("a", "b", "c", "d")) {
        bed.put(key, "old");
      }
      bed.txn(
          TxnRequest.newBuilder()
              .addSuccess(deleteOp("a", ""))
              .addSuccess(op(putRequest("b", "new")))
              .addSuccess(deleteOp("c", "e")));
      List<RevisionEvents> whole = bed.store.read(6, 7, 9, 1 << 20);
      assertThat(whole.get(0).events())
          .extracting(Event::getType)
          .containsExactly(
              Event.EventType.DELETE,
              Event.EventType.PUT,
              Event.EventType.DELETE,
              Event.EventType.DELETE);
      bed.one(compaction(6));
      while (bed.store.purgeCompacted(1)) {
        assertThat(bed.store.read(6, 7, 9, 1 << 20)).isEqualTo(whole);
      }
      bed.put("a", "again");
      bed.delete("b", "");
      assertThat(bed.store.read(6, 7, 9, 1 << 20)).isEqualTo(whole);
    }
  }

  /** A member that had not compacted yet did a transaction that others refused. */
  @Test
  void issue18667ATxnThatReadsACompactedRevisionIsRefusedByAllWhateverTheyHaveRemoved() {
    List<Entry> entries = new ArrayList<>();
    for (int i = 1; i <= 6; i++) {
      entries.add(put(i, "a"));
    }
    entries.add(compaction(7, 5));
    InternalRequest.Builder txn =
        InternalRequest.newBuilder()
            .setTxn(
                TxnRequest.newBuilder()
                    .addSuccess(op(putRequest("b", "1")))
                    .addSuccess(op(rangeRequest("a", "").setRevision(4))));
    entries.add(TestBed.entry(8, txn));
    try (TestBed removed = new TestBed(directory.resolve("removed"));
        TestBed kept = new TestBed(directory.resolve("kept"));
        TestBed together = new TestBed(directory.resolve("together"));
        TestBed follower = new TestBed(directory.resolve("follower"))) {
      follower.waiting = false;
      removed.applier.apply(entries.subList(0, 7));
      while (removed.store.purgeCompacted(1)) {
        assertThat(removed.revision()).isEqualTo(7);
      }
      kept.applier.apply(entries.subList(0, 7));
      for (TestBed bed : List.of(removed, kept, together, follower)) {
        replay(bed, entries);
        assertThat(bed.revision()).isEqualTo(7);
        assertThat(bed.range(rangeRequest("b", "")).count()).isZero();
        assertThat(bed.store.hashKv(0)).isEqualTo(removed.store.hashKv(0));
      }
      for (TestBed bed : List.of(removed, kept, together)) {
        assertThat(bed.outcomes).containsEntry(8L, EtcdError.COMPACTED);
      }
    }
  }

  /** The second of two snapshots came while the first was being put in its place: a crash. */
  @Test
  void issue18055TwoSnapshotsRightAfterEachOther() throws Exception {
    List<Entry> entries = EntryScript.entries(18055, 300, 400);
    try (StoreHome leader = StoreHome.open(directory.resolve("leader"), OPTIONS);
        StoreHome follower = StoreHome.open(directory.resolve("follower"), OPTIONS)) {
      Applier leading = applier(leader);
      Applier following = applier(follower);
      following.apply(entries.subList(0, 50));
      StoreView oldest = follower.store().acquireView();
      long oldestRevision = oldest.revision();
      leading.apply(entries.subList(0, 150));
      try (Checkpoint first = leader.checkpoint()) {
        leading.apply(entries.subList(150, 200));
        try (Checkpoint second = leader.checkpoint()) {
          following.install(received(first));
          StoreView between = follower.store().acquireView();
          following.install(received(second));
          assertThat(between.revision())
              .isBetween(oldestRevision, leader.store().currentRevision());
          between.close();
        }
      }
      assertThat(oldest.revision()).isEqualTo(oldestRevision);
      assertThat(oldest.range(rangeRequest("", "\0").build()).kvs()).isNotEmpty();
      oldest.close();
      assertThat(follower.store().stateHash()).isEqualTo(leader.store().stateHash());
      leading.apply(entries.subList(200, 300));
      following.apply(entries.subList(200, 300));
      assertThat(follower.store().stateHash()).isEqualTo(leader.store().stateHash());
    }
    try (StoreHome leader = StoreHome.open(directory.resolve("leader"), OPTIONS);
        StoreHome follower = StoreHome.open(directory.resolve("follower"), OPTIONS)) {
      assertThat(follower.store().applied()).isEqualTo(leader.store().applied());
      assertThat(follower.store().stateHash()).isEqualTo(leader.store().stateHash());
    }
  }

  private static ReceivedSnapshot received(Checkpoint checkpoint) {
    return new ReceivedSnapshot(
        checkpoint.directory(), 1, TestBed.TERM, checkpoint.position(), checkpoint.config());
  }

  private static Applier applier(StoreHome home) {
    return new Applier(
        home.store(),
        TestBed.CLUSTER,
        TestBed.MEMBER,
        new NobodyWaits(),
        revisions -> {},
        home::install,
        config -> {},
        changes -> {});
  }

  private static final class NobodyWaits implements ApplyResults {
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
  }
}
