package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionTest {
  @Test
  void namesAreSelectedByTheirBeginnings() {
    Selection some = new Selection(List.of("put", "watch, 1"));
    assertThat(some.test("put, 64 clients")).isTrue();
    assertThat(some.test("watch, 1 writer, 1000 watchers")).isTrue();
    assertThat(some.test("txn compare and put, 64 clients")).isFalse();
  }

  @Test
  void withoutBeginningsEverythingIsSelected() {
    assertThat(new Selection(List.of()).test("anything")).isTrue();
  }
}
