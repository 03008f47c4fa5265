package io.kelson.raft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What transfers of snapshots hold of the log. */
class ShipmentsTest {
  private final Shipments shipments = new Shipments(100, 1_000_000);

  @Test
  void nothingIsHeldWithoutATransfer() {
    assertThat(shipments.limit(5_000, 1)).isEqualTo(5_000);
  }

  @Test
  void theLogStaysFromWhereTheOldestTransferBegan() {
    shipments.began(2, 1_000);
    shipments.began(3, 4_000);
    assertThat(shipments.limit(9_000, 50_000)).isEqualTo(1_000);
  }

  @Test
  void itStaysForAWhileAfterTheEndSoThatTheFollowerCanTakeIt() {
    shipments.began(2, 1_000);
    shipments.ended(2, 70);
    assertThat(shipments.limit(9_000, 169)).isEqualTo(1_000);
    assertThat(shipments.limit(9_000, 170)).isEqualTo(9_000);
  }

  @Test
  void aTransferThatBeginsAnewHoldsFromItsOwnBeginning() {
    shipments.began(2, 1_000);
    shipments.ended(2, 70);
    shipments.began(2, 8_000);
    assertThat(shipments.limit(9_000, 500)).isEqualTo(8_000);
  }

  @Test
  void noFollowerFillsTheDiskOfItsLeader() {
    shipments.began(2, 1_000);
    assertThat(shipments.limit(1_001_000, 1)).isEqualTo(1_000);
    assertThat(shipments.limit(1_001_001, 1)).isEqualTo(1_001_001);
  }

  @Test
  void theEndOfAnUnknownTransferIsNoMatter() {
    shipments.ended(2, 70);
    assertThat(shipments.limit(9_000, 71)).isEqualTo(9_000);
  }
}
