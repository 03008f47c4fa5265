package io.kelson.chaos.planted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Needs the server built, so it comes after packaging. */
class PlantedServerIT {
  private static final Path SOURCE_TREE = Path.of("..").toAbsolutePath().normalize();

  static Stream<PlantedBug> bugs() {
    return PlantedBugs.all().stream();
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void everyBugStillFitsTheSourcesAndCompiles(PlantedBug bug, @TempDir Path into)
      throws IOException {
    Path classes = new PlantedServer(SOURCE_TREE).compile(bug, into);
    String name = Path.of(bug.source()).getFileName().toString().replace(".java", ".class");
    try (Stream<Path> made = Files.walk(classes)) {
      assertThat(made).anyMatch(file -> file.endsWith(name));
    }
  }

  @Test
  void idsAreUnique() {
    assertThat(PlantedBugs.all())
        .extracting(PlantedBug::id)
        .doesNotHaveDuplicates()
        .hasSizeGreaterThan(9);
  }

  @Test
  void aTextThatIsNotThereOnceIsStale() {
    PlantedBug bug = new PlantedBug("x", "", "X.java", "a  b", "c", "", "");
    assertThat(PlantedServer.change(bug, "1 a\n b 2")).isEqualTo("1 c 2");
    assertThatIllegalStateException()
        .isThrownBy(() -> PlantedServer.change(bug, "a b a b"))
        .withMessageContaining("x is stale: its text is 2 times in X.java");
    assertThatIllegalStateException().isThrownBy(() -> PlantedServer.change(bug, "b a"));
  }
}
