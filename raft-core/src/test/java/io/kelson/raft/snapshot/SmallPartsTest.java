package io.kelson.raft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.core.LogPosition;
import io.kelson.raft.snapshot.SnapshotException.Reason;
import io.kelson.raft.snapshot.proto.SnapshotWire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pacing, names, manifests and reasons. */
class SmallPartsTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void paceIsKeptOverTime() {
    RatePacer pacer = new RatePacer(1000, 0);
    long now = 0;
    for (int i = 0; i < 50; i++) {
      now += pacer.delayNanos(100, now);
    }
    // The first of them may go at once.
    assertThat(now).isEqualTo(49 * SECOND / 10);
  }

  @Test
  void whoWasHeldUpMayNotMakeUpForAllOfIt() {
    RatePacer pacer = new RatePacer(1000, 0);
    long now = 100 * SECOND;
    assertThat(pacer.delayNanos(1000, now)).isZero();
    assertThat(pacer.delayNanos(1000, now)).isEqualTo(9 * SECOND / 10);
  }

  @Test
  void noLimitNeverWaits() {
    RatePacer pacer = new RatePacer(0, 0);
    assertThat(pacer.delayNanos(Long.MAX_VALUE, 0)).isZero();
    assertThat(pacer.delayNanos(Long.MAX_VALUE, 0)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a\nb", "ä", "a\0"})
  void namesThatLeadElsewhereAreRefused(String name) {
    assertThatThrownBy(() -> new SnapshotFile(name, 1, "00".repeat(32)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void manifestSurvivesTheWire() throws Exception {
    SnapshotManifest manifest = manifest(3, 7);
    SnapshotManifest read = SnapshotManifest.fromWire(manifest.toWire());
    assertThat(read.term()).isEqualTo(3);
    assertThat(read.position()).isEqualTo(new LogPosition(2, 7));
    assertThat(read.config()).containsExactly(9);
    assertThat(read.files()).isEqualTo(manifest.files());
    assertThat(read.totalBytes()).isEqualTo(5);
  }

  private static SnapshotManifest manifest(long term, long index) {
    return new SnapshotManifest(
        term,
        new LogPosition(2, index),
        new byte[] {9},
        List.of(new SnapshotFile("CURRENT", 5, "ab".repeat(32))));
  }

  @Test
  void manifestsThatMakeNoSenseAreRefused() {
    SnapshotWire.Manifest good = manifest(3, 7).toWire();
    for (SnapshotWire.Manifest bad :
        List.of(
            good.toBuilder().setTerm(0).build(),
            good.toBuilder().clearFiles().build(),
            good.toBuilder().addFiles(good.getFiles(0)).build(),
            good.toBuilder().setPositionIndex(-1).build(),
            good.toBuilder()
                .setFiles(0, good.getFiles(0).toBuilder().setName("../../etc/passwd"))
                .build(),
            good.toBuilder().setFiles(0, good.getFiles(0).toBuilder().setSize(-1)).build(),
            good.toBuilder().setFiles(0, good.getFiles(0).toBuilder().clearSha256()).build())) {
      assertThatThrownBy(() -> SnapshotManifest.fromWire(bad))
          .isInstanceOfSatisfying(
              SnapshotException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PROTOCOL));
    }
  }

  @Test
  void onlyTheAsNewOrNewerTakesOver() {
    assertThat(manifest(3, 7).yieldsTo(manifest(3, 7))).isTrue();
    assertThat(manifest(3, 7).yieldsTo(manifest(3, 8))).isTrue();
    assertThat(manifest(3, 7).yieldsTo(manifest(4, 1))).isTrue();
    assertThat(manifest(3, 7).yieldsTo(manifest(3, 6))).isFalse();
    assertThat(manifest(3, 7).yieldsTo(manifest(2, 9))).isFalse();
  }

  @Test
  void reasonsAreToldApartOnTheWire() {
    for (Reason reason : Reason.values()) {
      assertThat(Reason.of(reason.number())).isEqualTo(reason);
    }
    assertThat(Reason.of(999)).isEqualTo(Reason.FAILED);
  }

  @Test
  void aFullDiskIsToldFromABrokenOne() {
    assertThat(SnapshotException.of(new IOException("No space left on device"), "x").reason())
        .isEqualTo(Reason.DISK_FULL);
    assertThat(SnapshotException.of(new IOException("Disk quota exceeded"), "x").reason())
        .isEqualTo(Reason.DISK_FULL);
    assertThat(SnapshotException.of(new IOException("Input/output error"), "x").reason())
        .isEqualTo(Reason.FAILED);
  }

  @Test
  void limitsThatWouldLookLikeDeadPeersAreRefused() {
    assertThatThrownBy(() -> SnapshotOptions.DEFAULT.withMaxBytesPerSecond(1000))
        .hasMessageContaining("maxBytesPerSecond 1000");
    assertThat(SnapshotOptions.DEFAULT.withMaxBytesPerSecond(1 << 20).maxBytesPerSecond())
        .isEqualTo(1 << 20);
  }
}
