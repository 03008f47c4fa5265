package io.kelson.chaos.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BitFlipTest {
  @Test
  void votersAreThoseThatAreInForce() {
    String two = "the members in force are voters [a1, b2], learners [c3]\n";
    String three = "INFO the members in force are voters [a1, b2, c3]\nmore\n";
    assertThat(BitFlip.voters("")).isZero();
    assertThat(BitFlip.voters(three + two)).isEqualTo(2);
    assertThat(BitFlip.voters(two + three)).isEqualTo(3);
  }
}
