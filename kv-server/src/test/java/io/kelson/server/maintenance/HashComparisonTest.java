package io.kelson.server.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.server.proto.StoreHash;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HashComparisonTest {
  private static final Set<Long> THREE = Set.of(1L, 2L, 3L);

  private static StoreHash hash(long revision, long compacted, int hash) {
    return StoreHash.newBuilder()
        .setRevision(revision)
        .setCompactRevision(compacted)
        .setHash(hash)
        .build();
  }

  @Test
  void membersThatHoldTheSameAgree() {
    var compared =
        HashComparison.of(
                THREE,
                Map.of(
                    1L, List.of(hash(5, 5, 7)),
                    2L, List.of(hash(5, 5, 7)),
                    3L, List.of(hash(5, 5, 7))))
            .orElseThrow();
    assertThat(compared.agreeing()).containsExactly(1L, 2L, 3L);
    assertThat(compared.corrupt()).isEmpty();
    assertThat(compared.unknown()).isEmpty();
  }

  @Test
  void whoeverDiffersFromAMajorityIsNamed() {
    var compared =
        HashComparison.of(
                THREE,
                Map.of(
                    1L, List.of(hash(5, 5, 7)),
                    2L, List.of(hash(5, 5, 8)),
                    3L, List.of(hash(5, 5, 7))))
            .orElseThrow();
    assertThat(compared.corrupt()).containsExactly(2L);
  }

  @Test
  void withoutAMajorityNobodyKnowsWho() {
    var compared =
        HashComparison.of(THREE, Map.of(1L, List.of(hash(5, 5, 7)), 2L, List.of(hash(5, 5, 8))))
            .orElseThrow();
    assertThat(compared.corrupt()).containsExactly(0L);
    assertThat(compared.unknown()).containsExactly(3L);
    assertThat(compared.agreeing()).isEmpty();
  }

  /** etcd once counted a member that could not be asked as one that agrees (20059). */
  @Test
  void whoeverIsSilentAgreesWithNobody() {
    var compared =
        HashComparison.of(THREE, Map.of(1L, List.of(hash(5, 5, 7)), 3L, List.of(hash(5, 5, 7))))
            .orElseThrow();
    assertThat(compared.agreeing()).containsExactly(1L, 3L);
    assertThat(compared.unknown()).containsExactly(2L);
    assertThat(HashComparison.of(THREE, Map.of(1L, List.of(hash(5, 5, 7))))).isEmpty();
  }

  @Test
  void checksumsOfOtherPointsAreNotCompared() {
    Optional<HashComparison> compared =
        HashComparison.of(
            THREE,
            Map.of(
                1L, List.of(hash(5, 5, 7)),
                2L, List.of(hash(6, 5, 8)),
                3L, List.of(hash(5, 4, 9))));
    assertThat(compared).isEmpty();
  }

  @Test
  void aDifferenceInThePastIsNotForgottenForAgreementNow() {
    var compared =
        HashComparison.of(
                THREE,
                Map.of(
                    1L, List.of(hash(5, 5, 7), hash(9, 9, 1)),
                    2L, List.of(hash(5, 5, 8), hash(9, 9, 1)),
                    3L, List.of(hash(5, 5, 7), hash(9, 9, 1))))
            .orElseThrow();
    assertThat(compared.point().revision()).isEqualTo(5);
    assertThat(compared.corrupt()).containsExactly(2L);
  }

  @Test
  void theNewestPointThatMostKnowIsTaken() {
    var compared =
        HashComparison.of(
                THREE,
                Map.of(
                    1L, List.of(hash(5, 5, 7), hash(9, 9, 1)),
                    2L, List.of(hash(5, 5, 7), hash(9, 9, 1)),
                    3L, List.of(hash(5, 5, 7))))
            .orElseThrow();
    assertThat(compared.point().revision()).isEqualTo(5);
    assertThat(compared.unknown()).isEmpty();
  }
}
