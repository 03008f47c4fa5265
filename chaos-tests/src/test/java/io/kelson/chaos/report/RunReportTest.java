package io.kelson.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.chaos.run.RunResult;
import io.kelson.chaos.run.Samples;
import io.kelson.client.Bytes;
import io.kelson.client.Header;
import io.kelson.client.PutOp;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunReportTest {
  @Test
  void aFailureShowsWhatWasFound() {
    String page = RunReport.html(Samples.result(RunResult.Outcome.FAILED), Samples.evidence());
    assertThat(page)
        .contains("register under kill-leader", "FAILED", "seed 11", "kelson 0.1.0")
        .contains("put a &amp; b\nread nothing")
        .contains("a write &lt;lost&gt;")
        .doesNotContain("<lost>");
  }

  @Test
  void faultsStandWithTheirProofAndThoseWithoutDoNotCount() {
    String page = RunReport.html(Samples.result(RunResult.Outcome.PASSED), Samples.evidence());
    assertThat(page)
        .contains("1 of 2 took effect; 4 times")
        .contains("<td>member 2, the leader, is killed</td><td>term 3 -&gt; 4</td>")
        .contains("<td>member 0 is killed</td><td><b>nothing: it does not count</b></td>")
        .contains("class=\"fault\"");
  }

  @Test
  void thePageNeedsNothingBesideItself() {
    String page = RunReport.html(Samples.result(RunResult.Outcome.PASSED), Samples.evidence());
    assertThat(page).contains("<svg", "1 ok, 0 failed, 1 unknown", "no watches");
    assertThat(page).doesNotContain("src=", "http://", "https://", "@import", "<script", "<link");
  }

  @Test
  void withoutEvidenceThereAreNoDrawings() {
    String page = RunReport.html(Samples.result(RunResult.Outcome.INVALID), null);
    assertThat(page).contains("INVALID").doesNotContain("<svg");
  }

  @Test
  void aTimelineCountsByStartAndMeasuresTheAnswered() {
    List<Operation> operations = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      operations.add(operation(0, i * 1_000_000L, Status.OK));
    }
    operations.add(operation(250_000_000, Long.MAX_VALUE, Status.UNKNOWN));
    operations.add(operation(11_950_000_000L, 1, Status.FAILED));
    Timeline timeline = Timeline.of(operations);
    assertThat(timeline.bucketSeconds()).isEqualTo(0.1);
    assertThat(timeline.buckets()).hasSize(120);
    assertThat(timeline.buckets().get(0)).isEqualTo(new Timeline.Bucket(100, 0, 0, 50, 99, 100));
    assertThat(timeline.buckets().get(2)).isEqualTo(new Timeline.Bucket(0, 0, 1, 0, 0, 0));
    assertThat(timeline.buckets().get(119)).isEqualTo(new Timeline.Bucket(0, 1, 0, 0, 0, 0));
    assertThat(timeline.mostPerSecond()).isEqualTo(1000);
  }

  private static Operation operation(long start, long took, Status status) {
    TxnOp call = TxnOp.builder().then(PutOp.of(Bytes.utf8("k"), Bytes.EMPTY)).build();
    long end = took == Long.MAX_VALUE ? took : start + took;
    var result =
        status == Status.OK ? new TxnResult(new Header(0, 0, 1, 1), true, List.of()) : null;
    return new Operation(1, 0, start, end, call, status, result, "");
  }
}
