package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import io.kelson.api.CompactionRequest;
import io.kelson.api.CompactionResponse;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.EtcdError;
import io.kelson.server.mvcc.RevisionEvents;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Compact call and its boundaries. */
class CompactTest {
  @TempDir Path temp;
  private ServedStore served;

  @BeforeEach
  void start() throws Exception {
    served = new ServedStore(temp.resolve("store"));
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  private CompactionResponse compact(long revision, boolean physical) {
    return served.kv.compact(
        CompactionRequest.newBuilder().setRevision(revision).setPhysical(physical).build());
  }

  private static void assertError(EtcdError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(EtcdError.ofText(e.getStatus().getDescription())).isEqualTo(error));
  }

  @Test
  void anEmptyStoreIsCompactedToZeroAndToOneOnceEach() {
    assertError(EtcdError.COMPACTED, () -> compact(-1, false));
    assertThat(compact(0, false).getHeader().getRevision()).isEqualTo(1);
    assertError(EtcdError.COMPACTED, () -> compact(0, false));
    compact(1, true);
    assertError(EtcdError.COMPACTED, () -> compact(1, false));
    assertError(EtcdError.FUTURE_REVISION, () -> compact(2, false));
  }

  @Test
  void theCompactRevisionItselfIsReadableAndWhatIsOlderIsNot() {
    served.fill(3, i -> new byte[1]);
    served.fill(3, i -> new byte[2]);
    assertThat(compact(5, true).getHeader().getRevision()).isEqualTo(7);
    assertThat(served.kv.range(ServedStore.everything().setRevision(5).build()).getKvsList())
        .extracting(pair -> pair.getValue().size())
        .containsExactly(2, 1, 1);
    assertError(
        EtcdError.COMPACTED,
        () -> served.kv.range(ServedStore.everything().setRevision(4).build()));
  }

  @Test
  void aTombstoneAtTheCompactRevisionStaysForWatchersWithThePairItDeleted() {
    served.fill(1, i -> new byte[] {42});
    served.kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(ServedStore.key(0)).build());
    compact(3, true);
    List<RevisionEvents> kept = served.store.read(3, 10, 10, Long.MAX_VALUE);
    assertThat(kept).hasSize(1);
    var deletion = kept.get(0).events().get(0);
    assertThat(deletion.getType()).isEqualTo(io.kelson.api.mvcc.Event.EventType.DELETE);
    assertThat(deletion.getPrevKv().getValue().byteAt(0)).isEqualTo((byte) 42);
    assertThat(served.kv.range(ServedStore.everything().setRevision(3).build()).getCount())
        .isZero();
  }
}
