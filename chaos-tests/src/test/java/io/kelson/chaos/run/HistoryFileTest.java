package io.kelson.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.chaos.check.Evidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
  @TempDir Path directory;

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    Path file = directory.resolve("history");
    Evidence evidence = Samples.evidence();
    HistoryFile.write(file, evidence);
    assertThat(HistoryFile.read(file)).isEqualTo(evidence);
  }

  @Test
  void aRecordIsALineOfJsonThatPeopleCanRead() throws IOException {
    Path file = directory.resolve("history");
    HistoryFile.write(file, Samples.evidence());
    String text;
    try (var in = new GZIPInputStream(Files.newInputStream(file))) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(text.lines()).hasSize(11);
    assertThat(text)
        .contains("{\"operation\":{\"client\":1,\"node\":0,")
        .contains("{\"put\":{\"key\":\"chaos/r0/1\",\"value\":\"0x00ff61\",\"lease\":5")
        // Text that looks like hexadecimal is written as such.
        .contains("\"0x307866616b65\"");
  }

  @Test
  void aFileThatIsNoHistoryIsRefused() throws IOException {
    Path file = directory.resolve("history");
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("{\"fenced\":{\"client\":1}}\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThatThrownBy(() -> HistoryFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no line with the start");
  }

  @Test
  void aResultIsReadAgain() {
    RunResult result = Samples.result(RunResult.Outcome.FAILED);
    String json = Json.pretty().toJson(result);
    assertThat(Json.compact().fromJson(json, RunResult.class)).isEqualTo(result);
  }
}
