package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each workload against a real store, which answers all of it without a flaw. */
class UnaryWorkloadsTest {
  private static final KeySpace FULL = new KeySpace(100, 8);

  @TempDir static Path directory;
  private static TestNode node;

  @BeforeAll
  static void startAndFill() throws Exception {
    node = TestNode.start(directory);
    assertThat(node.run(new PutWorkload(FULL, 16, true), 4, 100).errors()).isEmpty();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void pagesAndCountsOfFullKeySpaceAreWithoutFlaw() throws InterruptedException {
    LoadResult pages = node.run(new PageWorkload(FULL, 7, false), 2, 50);
    assertThat(pages.errors()).isEmpty();
    assertThat(pages.operations()).isEqualTo(50);
    assertThat(pages.workload()).isEqualTo("range-page-7");

    LoadResult whole = node.run(new PageWorkload(FULL, 100, true), 2, 10);
    assertThat(whole.errors()).as("the last page, with nothing behind it").isEmpty();

    LoadResult counts = node.run(new CountWorkload(FULL, false), 2, 50);
    assertThat(counts.errors()).isEmpty();
    assertThat(counts.operations()).isEqualTo(50);
  }

  @Test
  void missingKeysAreFlawsOfPagesAndCounts() throws InterruptedException {
    KeySpace empty = new KeySpace(100, 8, "empty");
    assertThat(node.run(new PageWorkload(empty, 7, false), 2, 10).errorCount()).isEqualTo(10);
    LoadResult counts = node.run(new CountWorkload(empty, false), 2, 10);
    assertThat(counts.operations()).isZero();
    assertThat(counts.errors().keySet())
        .singleElement()
        .asString()
        .contains("counted 0 keys instead of 100");
  }

  @Test
  void firstComparesOnFullKeysFailAndAreCountedApart() throws InterruptedException {
    KeySpace one = new KeySpace(1, 8);
    LoadResult result = node.run(new TxnPutWorkload(one, 16), 1, 20);
    assertThat(result.errors()).isEmpty();
    assertThat(result.operations()).isEqualTo(20);
    assertThat(result.notes())
        .as("nothing is known of the key at first; then nobody else writes it")
        .containsEntry(TxnPutWorkload.COMPARE_FAILED, 1L);
  }

  @Test
  void clientsInEachOthersWayFailCompares() throws InterruptedException {
    KeySpace contended = new KeySpace(1, 9, "c");
    LoadResult result = node.run(new TxnPutWorkload(contended, 16), 8, 400);
    assertThat(result.errors()).isEmpty();
    assertThat(result.operations()).isEqualTo(400);
    assertThat(result.notes().get(TxnPutWorkload.COMPARE_FAILED))
        .as("of eight puts guarded by the same revision one can succeed")
        .isGreaterThanOrEqualTo(7);
  }

  @Test
  void mixedTransactionsAreSharedOutAsAsked() throws InterruptedException {
    LoadResult reads = node.run(new TxnMixedWorkload(FULL, 16, 1, 4), 4, 100);
    assertThat(reads.errors()).isEmpty();
    assertThat(reads.notes()).containsExactly(Map.entry("transactions read", 100L));

    LoadResult mixed = node.run(new TxnMixedWorkload(FULL, 16, 0.5, 3), 4, 200);
    assertThat(mixed.errors()).isEmpty();
    assertThat(mixed.notes()).containsOnlyKeys("transactions read", "transactions wrote");
    assertThat(mixed.notes().values().stream().mapToLong(Long::longValue).sum()).isEqualTo(200);
  }

  @Test
  void readModifyWriteTriesUntilItSucceeds() throws InterruptedException {
    KeySpace contended = new KeySpace(1, 9, "s");
    LoadResult result = node.run(new StmWorkload(contended, 16), 8, 100);
    assertThat(result.errors()).isEmpty();
    assertThat(result.operations()).isEqualTo(100);
    assertThat(result.notes()).containsKey(StmWorkload.AGAIN);

    LoadResult alone = node.run(new StmWorkload(new KeySpace(10, 9, "a"), 16), 1, 30);
    assertThat(alone.errors()).isEmpty();
    assertThat(alone.notes()).as("nobody else writes").isEmpty();
  }

  @Test
  void whatCannotBeRunIsRefused() {
    assertThatThrownBy(() -> new PageWorkload(FULL, 101, false)).hasMessageContaining("101");
    assertThatThrownBy(() -> new TxnMixedWorkload(FULL, 8, 1.5, 1)).hasMessageContaining("1.5");
    assertThatThrownBy(() -> new TxnMixedWorkload(FULL, 8, 1, 0)).hasMessageContaining("not 0");
  }
}
