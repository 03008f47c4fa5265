package io.kelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LineDiffTest {
  private static String diff(String before, String after) {
    return LineDiff.of(before, after).stream()
        .map(line -> line.sign() + line.text())
        .collect(Collectors.joining("|"));
  }

  @Test
  void showsOnlyWhatIsDifferentAsGoneOrNew() {
    assertThat(diff("a\nb\nc", "a\nx\nc")).isEqualTo(" a|-b|+x| c");
    assertThat(diff("", "new")).isEqualTo("+new");
    assertThat(diff("old", "")).isEqualTo("-old");
    assertThat(diff("a\nb", "a\nb")).isEqualTo(" a| b");
    assertThat(diff("a\nb\nc\nd", "b\nd\ne")).isEqualTo("-a| b|-c| d|+e");
  }

  @Test
  void largeTextsAreReplacedAsAWhole() {
    String before = "a\n".repeat(3000) + "end";
    String after = "b\n".repeat(3000) + "end";
    String diff = diff(before, after);
    assertThat(diff).startsWith("-a|").endsWith("+b| end");
    assertThat(LineDiff.of(before, after)).hasSize(6001);
  }
}
