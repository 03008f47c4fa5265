package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.kelson.api.EtcdError;
import io.kelson.chaos.PutRecord.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A check that cannot fail checks nothing: each is shown a sound history and a planted fault. */
class HistoryCheckTest {
  private static final PutRecord FIRST = ack("a", 2, 0, 10);
  private static final PutRecord SECOND = ack("b", 3, 20, 30);
  private static final PutRecord LOST_ANSWER = unacked("c", Outcome.UNKNOWN, 40, 50);
  private static final PutRecord REFUSED = unacked("d", Outcome.REJECTED, 60, 70);

  @Test
  void revisionAcknowledgedTwiceIsFound() {
    assertThat(HistoryCheck.uniqueRevisions(List.of(FIRST, SECOND, LOST_ANSWER, REFUSED)))
        .isEmpty();
    assertThat(HistoryCheck.uniqueRevisions(List.of(FIRST, ack("b", 2, 20, 30)))).hasSize(1);
  }

  @Test
  void revisionBehindRealTimeIsFound() {
    assertThat(HistoryCheck.realTimeOrder(List.of(SECOND, FIRST), Map.of())).isEmpty();
    assertThat(HistoryCheck.realTimeOrder(List.of(FIRST, ack("b", 1, 20, 30)), Map.of()))
        .hasSize(1);
  }

  @Test
  void overlappingPutsMayTakeEitherOrder() {
    assertThat(HistoryCheck.realTimeOrder(List.of(FIRST, ack("b", 1, 10, 30)), Map.of())).isEmpty();
  }

  @Test
  void unacknowledgedPutBehindRealTimeIsFound() {
    List<PutRecord> puts = List.of(FIRST, SECOND, LOST_ANSWER);
    assertThat(HistoryCheck.realTimeOrder(puts, Map.of("c", 4L))).isEmpty();
    assertThat(HistoryCheck.realTimeOrder(puts, Map.of("c", 1L))).hasSize(1);
  }

  @Test
  void soundStateHolds() {
    List<PutRecord> puts = List.of(FIRST, SECOND, LOST_ANSWER, REFUSED);
    assertThat(HistoryCheck.stateHolds("m", puts, List.of(held("a", 2), held("b", 3)))).isEmpty();
    assertThat(
            HistoryCheck.stateHolds("m", puts, List.of(held("a", 2), held("b", 3), held("c", 4))))
        .as("an unknown outcome may have happened")
        .isEmpty();
  }

  @Test
  void lostMovedAndForeignKeysAreFound() {
    List<PutRecord> puts = List.of(FIRST, SECOND, REFUSED);
    assertThat(HistoryCheck.stateHolds("m", puts, List.of(held("a", 2))))
        .singleElement()
        .asString()
        .contains("lost");
    assertThat(HistoryCheck.stateHolds("m", puts, List.of(held("a", 2), held("b", 9))))
        .singleElement()
        .asString()
        .contains("another revision");
    assertThat(
            HistoryCheck.stateHolds("m", puts, List.of(held("a", 2), held("b", 3), held("d", 4))))
        .singleElement()
        .asString()
        .contains("refused");
    assertThat(
            HistoryCheck.stateHolds("m", puts, List.of(held("a", 2), held("b", 3), held("z", 4))))
        .singleElement()
        .asString()
        .contains("nobody put");
  }

  @Test
  void wrongValueAndSecondApplicationAreFound() {
    List<PutRecord> puts = List.of(FIRST);
    assertThat(HistoryCheck.stateHolds("m", puts, List.of(new StoredKey("a", "?", 2, 2, 1))))
        .hasSize(1);
    assertThat(HistoryCheck.stateHolds("m", puts, List.of(new StoredKey("a", "value a", 1, 2, 2))))
        .singleElement()
        .asString()
        .contains("more than once");
  }

  @Test
  void membersThatDifferAreFound() {
    List<StoredKey> state = List.of(held("a", 2), held("b", 3));
    assertThat(HistoryCheck.sameState("m1", state, "m2", state)).isEmpty();
    assertThat(HistoryCheck.sameState("m1", state, "m2", List.of(held("a", 2)))).hasSize(1);
    assertThat(HistoryCheck.sameState("m1", List.of(held("a", 2)), "m2", state)).hasSize(1);
    assertThat(HistoryCheck.sameState("m1", state, "m2", List.of(held("a", 2), held("b", 4))))
        .hasSize(1);
  }

  @Test
  void gapRepetitionAndEarlyEndOfWatchAreFound() {
    List<StoredKey> all = List.of(held("a", 2), held("b", 3), held("c", 4));
    assertThat(HistoryCheck.everyRevisionOnce("w", all, 2, 4)).isEmpty();
    assertThat(HistoryCheck.everyRevisionOnce("w", all, 2, 5)).hasSize(1);
    assertThat(HistoryCheck.everyRevisionOnce("w", List.of(all.get(0), all.get(2)), 2, 4))
        .hasSize(1);
    assertThat(
            HistoryCheck.everyRevisionOnce(
                "w", List.of(all.get(0), all.get(0), all.get(1), all.get(2)), 2, 4))
        .hasSize(1);
  }

  @Test
  void onlyErrorsThatSaySoAreRejections() {
    assertThat(PutClient.outcomeOf(EtcdError.EMPTY_KEY.status())).isEqualTo(Outcome.REJECTED);
    assertThat(PutClient.outcomeOf(EtcdError.TOO_MANY_REQUESTS.status()))
        .isEqualTo(Outcome.REJECTED);
    assertThat(PutClient.outcomeOf(EtcdError.TIMEOUT.status())).isEqualTo(Outcome.UNKNOWN);
    assertThat(PutClient.outcomeOf(EtcdError.LEADER_CHANGED.status())).isEqualTo(Outcome.UNKNOWN);
    assertThat(PutClient.outcomeOf(Status.UNAVAILABLE.withDescription("io exception")))
        .isEqualTo(Outcome.UNKNOWN);
  }

  private static PutRecord ack(String key, long revision, long startNanos, long endNanos) {
    return new PutRecord(
        1, key, "value " + key, Outcome.ACKED, revision, "m1", startNanos, endNanos, "");
  }

  private static PutRecord unacked(String key, Outcome outcome, long startNanos, long endNanos) {
    return new PutRecord(1, key, "value " + key, outcome, 0, "m1", startNanos, endNanos, "error");
  }

  private static StoredKey held(String key, long revision) {
    return new StoredKey(key, "value " + key, revision, revision, 1);
  }
}
