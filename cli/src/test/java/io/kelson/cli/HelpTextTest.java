package io.kelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HelpTextTest {
  static List<String> names() {
    return Commands.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyCommandTeachesByExample(String name) {
    Command.Form form = Commands.named(name).form();

    assertThat(String.join(" ", form.words())).isEqualTo(name);
    assertThat(form.summary()).endsWith(".");
    String help = HelpText.of(form.words(), false);
    assertThat(help).contains("Usage:\n  kelsonctl " + name);
    if (!name.equals("version")) {
      assertThat(help).contains("Examples:\n");
      assertThat(form.examples().get(0)).contains(name.split(" ")[0]);
    }
    assertThat(form.flags()).extracting(Command.Flag::name).doesNotHaveDuplicates();
  }

  @Test
  void everyCommandIsInTheListOfAll() {
    String help = HelpText.of(List.of(), false);
    assertThat(help).contains(Commands.names()).contains("--endpoints=host:port");
  }

  @Test
  void onlyATerminalGetsColours() {
    assertThat(HelpText.of(List.of("get"), true)).contains("\u001b[1mUsage:\u001b[0m");
    assertThat(HelpText.of(List.of("get"), false)).doesNotContain("\u001b");
  }
}
