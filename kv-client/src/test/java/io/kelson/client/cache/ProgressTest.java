package io.kelson.client.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which servers' word on how far they are is believed. */
class ProgressTest {
  @Test
  void onlyServersThatCannotBeAheadOfTheirEvents() {
    for (String good : new String[] {"3.4.31", "3.5.13", "3.6.0", "3.7.1-rc.0", "4.0.0"}) {
      assertThat(Progress.trusts(good)).as(good).isTrue();
    }
    for (String bad : new String[] {"3.4.23", "3.5.12", "3.3.99", "2.3.8", "", "new"}) {
      assertThat(Progress.trusts(bad)).as(bad).isFalse();
    }
  }
}
