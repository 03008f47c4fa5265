package io.kelson.raft.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The arithmetic against its definition, for every size a cluster can have. */
class QuorumTest {
  @ParameterizedTest(name = "{0} voters")
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
  void reachedIsTheLargestValueThatMoreThanHalfHold(int size) {
    Majority majority = new Majority(ids(1, size));
    Random random = new Random(size);
    for (int n = 0; n < 2_000; n++) {
      long[] values = random.longs(size, 0, 6).toArray();
      assertThat(majority.reached(id -> values[(int) id - 1]))
          .as("values %s", LongStream.of(values).boxed().toList())
          .isEqualTo(naiveReached(values));
    }
  }

  @ParameterizedTest(name = "{0} voters")
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
  void voteIsDecidedExactlyWhenMissingVotesCannotChangeIt(int size) {
    Majority majority = new Majority(ids(1, size));
    int combinations = (int) Math.pow(3, size);
    for (int n = 0; n < combinations; n++) {
      int[] votes = new int[size];
      for (int i = 0, rest = n; i < size; i++, rest /= 3) {
        votes[i] = rest % 3;
      }
      assertThat(majority.result(id -> votes[(int) id - 1] == 1, id -> votes[(int) id - 1] == 2))
          .isEqualTo(naiveResult(votes));
    }
  }

  @Test
  void anyTwoMajoritiesShareAVoter() {
    for (int size = 1; size <= 9; size++) {
      Majority majority = new Majority(ids(1, size));
      for (int set = 0; set < 1 << size; set++) {
        int yes = set;
        boolean wins = majority.result(id -> in(yes, id), id -> !in(yes, id)) == VoteResult.WON;
        boolean rest = majority.result(id -> !in(yes, id), id -> in(yes, id)) == VoteResult.WON;
        assertThat(wins && rest).as("size %d, set %x and its complement", size, set).isFalse();
        assertThat(wins).isEqualTo(2 * Integer.bitCount(set) > size);
      }
    }
  }

  @Test
  void jointDecisionNeedsBothHalves() {
    JointQuorum joint = new JointQuorum(ids(1, 3), ids(3, 6));
    long[] reached = {9, 9, 0, 5, 5, 5};
    assertThat(joint.reached(id -> reached[(int) id - 1])).isEqualTo(5);
    assertThat(joint.agrees(id -> id <= 3)).isFalse();
    assertThat(joint.agrees(id -> id == 1 || id >= 3)).isTrue();
    assertThat(joint.result(id -> id <= 2, id -> false)).isEqualTo(VoteResult.PENDING);
    assertThat(joint.result(id -> id <= 2, id -> id >= 5)).isEqualTo(VoteResult.LOST);
  }

  @Test
  void plainQuorumIgnoresTheEmptyHalf() {
    JointQuorum plain = new JointQuorum(ids(1, 3), List.of());
    assertThat(plain.reached(id -> id)).isEqualTo(2);
    assertThat(plain.contains(3)).isTrue();
    assertThat(plain.contains(4)).isFalse();
    assertThat(plain.isSole(1)).isFalse();
    assertThat(new JointQuorum(ids(7, 7), List.of()).isSole(7)).isTrue();
    assertThat(new JointQuorum(ids(7, 7), ids(1, 3)).isSole(7)).isFalse();
  }

  @Test
  void quorumOfNobodyIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new JointQuorum(List.of(), ids(1, 3)));
  }

  private static long naiveReached(long[] values) {
    long best = 0;
    for (long candidate : values) {
      long holders = LongStream.of(values).filter(value -> value >= candidate).count();
      if (2 * holders > values.length) {
        best = Math.max(best, candidate);
      }
    }
    return best;
  }

  /** Tries every way the missing votes could fall. */
  private static VoteResult naiveResult(int[] votes) {
    int missing = 0;
    int yes = 0;
    for (int vote : votes) {
      missing += vote == 0 ? 1 : 0;
      yes += vote == 1 ? 1 : 0;
    }
    boolean canWin = false;
    boolean canLose = false;
    for (int more = 0; more <= missing; more++) {
      if (2 * (yes + more) > votes.length) {
        canWin = true;
      } else {
        canLose = true;
      }
    }
    return canWin && canLose ? VoteResult.PENDING : canWin ? VoteResult.WON : VoteResult.LOST;
  }

  private static boolean in(int set, long id) {
    return (set >> (id - 1) & 1) == 1;
  }

  private static List<Long> ids(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }
}
