package io.kelson.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionTest {
  @TempDir Path folder;

  /** What bash offers for the last of these words. */
  private List<String> completed(String... words) throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "skipped: no bash");
    Path script = folder.resolve("completion.sh");
    String quoted = "'" + String.join("' '", words) + "'";
    Files.writeString(
        script,
        Completion.script("bash")
            + "COMP_WORDS=("
            + quoted
            + ")\nCOMP_CWORD="
            + (words.length - 1)
            + "\n_kelsonctl\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n");
    Process bash =
        new ProcessBuilder("/bin/bash", "--norc", script.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(bash.getInputStream().readAllBytes(), UTF_8);
    assertThat(bash.waitFor()).as(output).isZero();
    return output.isBlank() ? List.of() : List.of(output.strip().split("\n"));
  }

  @Test
  void bashCompletesCommandsVerbsFlagsAndValues() throws Exception {
    assertThat(completed("kelsonctl", "g")).containsExactly("get");
    assertThat(completed("kelsonctl", "")).contains("lease", "member", "watch", "help");
    assertThat(completed("kelsonctl", "lease", "")).contains("grant", "keep-alive");
    assertThat(completed("kelsonctl", "--endpoints", "h:1", "lease", "r"))
        .containsExactly("revoke");
    // Bash takes words apart at = and :.
    assertThat(completed("kelsonctl", "--endpoints", "=", "h", ":", "1", "lease", "r"))
        .containsExactly("revoke");
    assertThat(completed("kelsonctl", "get", "--pre")).containsExactly("--prefix");
    assertThat(completed("kelsonctl", "member", "add", "--l")).containsExactly("--learner");
    assertThat(completed("kelsonctl", "get", "--cac")).containsExactly("--cacert");
    assertThat(completed("kelsonctl", "-w", "j")).containsExactly("json");
    assertThat(completed("kelsonctl", "get", "--order", "=", "D")).containsExactly("DESCEND");
  }

  @Test
  void zshUsesTheSame() {
    assertThat(Completion.script("zsh")).startsWith("#compdef kelsonctl\n").contains("_kelsonctl");
  }

  @Test
  void fishKnowsEveryCommandAndFlag() {
    String script = Completion.script("fish");
    for (String name : Commands.names()) {
      Command.Form form = Commands.named(name).form();
      assertThat(script).contains(" -a " + form.words().get(form.words().size() - 1));
      form.flags().forEach(flag -> assertThat(script).contains(" -l " + flag.name()));
    }
  }
}
