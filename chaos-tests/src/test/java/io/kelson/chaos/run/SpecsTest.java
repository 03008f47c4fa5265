package io.kelson.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SpecsTest {
  private static final Set<String> KNOWN = known();

  private static Set<String> known() {
    Set<String> known = new TreeSet<>(Specs.COMMON);
    known.addAll(Set.of("workload", "nemesis", "minutes", "seconds"));
    return known;
  }

  private static RunSpec parse(String... words) {
    return Specs.run(Arguments.parse(List.of(words), KNOWN), 42);
  }

  @Test
  void whatIsNotSaidHasADefault() {
    assertThat(parse()).isEqualTo(RunSpec.of("register", "none", 42));
  }

  @Test
  void everythingCanBeSaid() {
    RunSpec spec =
        parse(
            "--workload=txn",
            "--minutes",
            "2",
            "--seed",
            "7",
            "--product",
            "etcd",
            "--driver=docker",
            "--members",
            "5",
            "--clients",
            "12",
            "--rate",
            "2.5");
    assertThat(spec)
        .isEqualTo(
            new RunSpec(
                "txn", "none", Duration.ofMinutes(2), 7, "docker", "etcd", 5, 12, 2.5, "", ""));
  }

  @Test
  void theArgumentsOfASpecGiveItAgain() {
    RunSpec spec =
        new RunSpec(
            "bank", "none", Duration.ofSeconds(9), 3, "process", "etcd", 5, 2, 50, "", "--a=1");
    String[] words = spec.arguments().split(" ");
    assertThat(words[0]).isEqualTo("run");
    assertThat(parse(List.of(words).subList(1, words.length).toArray(String[]::new)))
        .isEqualTo(spec);
  }

  @Test
  void errorsNameTheValueAndTheRemedy() {
    assertThatThrownBy(() -> parse("--workload", "regster"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("no workload regster")
        .hasMessageContaining("register, txn");
    assertThatThrownBy(() -> parse("--seconds", "soon"))
        .hasMessage("--seconds is soon: give a whole number");
    assertThatThrownBy(() -> parse("--seconds", "0")).hasMessageContaining("--seconds is 0");
    assertThatThrownBy(() -> parse("--members", "0")).hasMessage("members is 0: give 1 to 9");
    assertThatThrownBy(() -> parse("--driver", "qemu"))
        .hasMessage("driver is qemu: give one of [process, docker]");
    assertThatThrownBy(() -> parse("--sed", "1"))
        .hasMessageContaining("no option --sed")
        .hasMessageContaining("--seed");
    assertThatThrownBy(() -> parse("--seed")).hasMessageContaining("--seed has no value");
    assertThatThrownBy(() -> parse("--seed", "1", "--seed=2"))
        .hasMessageContaining("--seed is there twice");
    assertThatThrownBy(() -> parse("--minutes", "1", "--seconds", "2"))
        .hasMessageContaining("give one of them");
  }
}
