package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RequestIdsTest {
  @Test
  void membersDrawFromDifferentNumbers() {
    List<Long> members = List.of(0x1111L, 0x2222L, 0x3333L);
    Set<Long> seen = new HashSet<>();
    for (long member : members) {
      RequestIds ids = RequestIds.of(member, members, 5);
      for (int i = 0; i < 1_000; i++) {
        assertThat(seen.add(ids.next())).isTrue();
      }
    }
  }

  @Test
  void membersAlikeInTheirLowBitsStillDiffer() {
    List<Long> members = List.of(0xaaaa_0001L, 0xbbbb_0001L);
    assertThat(RequestIds.of(0xaaaa_0001L, members, 5).next())
        .isNotEqualTo(RequestIds.of(0xbbbb_0001L, members, 5).next());
    assertThatThrownBy(() -> RequestIds.of(7, List.of(7L, 7L), 5))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRestartIsAheadOfWhatWasGivenOut() {
    RequestIds before = RequestIds.of(7, List.of(7L), 1_000_000);
    long last = 0;
    for (int i = 0; i < 2_560; i++) {
      last = before.next();
    }
    assertThat(RequestIds.of(7, List.of(7L), 1_000_010).next()).isGreaterThan(last);
  }

  @Test
  void numbersCountUpSoThatSlotsAreUsedInTurn() {
    RequestIds ids = RequestIds.of(7, List.of(7L), 1_000_000);
    assertThat(ids.next() + 1).isEqualTo(ids.next());
  }
}
