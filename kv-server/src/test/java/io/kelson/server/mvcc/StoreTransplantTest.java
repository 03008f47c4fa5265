package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import io.kelson.api.EtcdError;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.server.apply.Applier;
import io.kelson.server.apply.ApplyResults;
import io.kelson.server.apply.TestBed;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.proto.MemberAttributes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that becomes another cluster's. */
class StoreTransplantTest {
  private static final long OTHER_CLUSTER = 99;
  private static final byte[] CONFIG = {1, 2};
  private static final byte[] ORIGIN = {3};

  @TempDir Path directory;

  private MvccStore written(String name) {
    MvccStore store =
        MvccStore.open(directory.resolve(name), MvccOptions.defaults(TestBed.CLUSTER));
    List<Entry> entries = new ArrayList<>(EntryScript.entries(5, 400, 30));
    entries.add(
        TestBed.entry(
            401,
            InternalRequest.newBuilder()
                .setMemberAttributes(MemberAttributes.newBuilder().setMemberId(7).setName("old"))));
    entries.add(new Entry(TestBed.TERM, 402, EntryType.CONFIG, new byte[] {9}));
    new Applier(store, TestBed.CLUSTER, TestBed.MEMBER, new NobodyWaits(), changes -> {})
        .apply(entries);
    return store;
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

  private Path copy(MvccStore store, String name) {
    store.checkpoint(directory.resolve(name), MvccOptions.defaults(TestBed.CLUSTER));
    return directory.resolve(name);
  }

  @Test
  void equalStoresBecomeEqualStoresThatKeepWhatClientsWrote() throws Exception {
    try (MvccStore store = written("source")) {
      Path one = copy(store, "one");
      Path two = copy(store, "two");
      // Where the files differ, the content must not.
      MvccStore merged = MvccStore.open(two, MvccOptions.defaults(TestBed.CLUSTER));
      merged.reclaimPurged(false);
      merged.close();
      StoreTransplant transplant = new StoreTransplant(OTHER_CLUSTER, CONFIG, ORIGIN, 0, false);
      StoreFacts facts = transplant.carryOut(one);
      assertThat(transplant.carryOut(two)).isEqualTo(facts);
      assertThat(facts.clusterId()).isEqualTo(OTHER_CLUSTER);
      assertThat(facts.applied()).isEqualTo(store.applied());
      try (MvccStore first = MvccStore.open(one, MvccOptions.defaults(OTHER_CLUSTER));
          MvccStore second = MvccStore.open(two, MvccOptions.defaults(OTHER_CLUSTER))) {
        assertThat(first.stateHash()).isEqualTo(second.stateHash());
        assertThat(first.hashKv(0)).isEqualTo(store.hashKv(0));
        assertThat(first.memberAttributes()).isEmpty();
        assertThat(first.config()).isEqualTo(CONFIG);
        assertThat(first.restored()).isEqualTo(ORIGIN);
        assertThat(store.restored()).isEmpty();
        assertThat(leases(first)).isEqualTo(leases(store)).isNotEmpty();
      }
    }
  }

  private static List<LeaseRecord> leases(MvccStore store) {
    List<LeaseRecord> leases = new ArrayList<>();
    try (StoreView view = store.acquireView()) {
      view.forEachLease(leases::add);
    }
    return leases;
  }

  @Test
  void whatIsMarkedCompactedIsPurgedAndTheKeysStay() throws Exception {
    try (MvccStore store = written("source")) {
      Path copy = copy(store, "copy");
      StoreFacts facts =
          new StoreTransplant(OTHER_CLUSTER, CONFIG, ORIGIN, 1000, true).carryOut(copy);
      assertThat(facts.revision()).isEqualTo(store.currentRevision() + 1000);
      assertThat(facts.compactRevision()).isEqualTo(facts.revision());
      try (MvccStore changed = MvccStore.open(copy, MvccOptions.defaults(OTHER_CLUSTER))) {
        while (changed.purgeCompacted(50)) {
          assertThat(changed.keys()).isEqualTo(facts.keys());
        }
        assertThat(changed.records(Database::rev)).isZero();
        assertThat(changed.records(Database::hist)).isZero();
        assertThat(changed.records(Database::cur)).isEqualTo(facts.keys());
      }
    }
  }
}
