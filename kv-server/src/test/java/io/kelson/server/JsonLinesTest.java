package io.kelson.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class JsonLinesTest {
  private final LoggerContext context = new LoggerContext();

  @Test
  void aLineHasEtcdsFields() {
    LoggingEvent event = event("member {} leads", null, "7f");
    event.setTimeStamp(1_700_000_000_123L);
    event.setKeyValuePairs(List.of(new KeyValuePair("term", 3)));
    String line = encode(event);
    assertThat(line)
        .startsWith(
            "{\"level\":\"warn\",\"ts\":\"2023-11-14T22:13:20.123Z\",\"caller\":\"server/KelsonServer\",\"msg\":\"member 7f leads\"")
        .endsWith("\"}\n");
    assertThat(JsonParser.parseString(line).getAsJsonObject().get("term").getAsString())
        .isEqualTo("3");
  }

  @Test
  void whateverIsLoggedStaysOneLineOfJson() {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < 0x300; c++) {
      all.append(c);
    }
    String nasty = all + "\u2028\u2029\"\\ \ud83d\ude00";
    String line = encode(event(nasty, null));
    assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
    assertThat(line.chars()).noneMatch(c -> c < 0x20 && c != '\n' || c == 0x2028 || c == 0x2029);
    assertThat(parse(line).get("msg").getAsString()).isEqualTo(nasty);
    assertThat(encode(event("half \ud83d", null))).contains("half \\ud83d");
  }

  @Test
  void anExceptionIsInTheSameLine() {
    String line = encode(event("it broke", new IOException("no room")));
    assertThat(line.lines()).hasSize(1);
    assertThat(parse(line).get("error").getAsString()).isEqualTo("no room");
    assertThat(parse(line).get("stacktrace").getAsString()).contains("JsonLinesTest");
  }

  private LoggingEvent event(String message, Throwable cause, Object... arguments) {
    return new LoggingEvent(
        "caller",
        context.getLogger(KelsonServer.class),
        Level.WARN,
        message,
        cause,
        arguments.length == 0 ? null : arguments);
  }

  private static String encode(LoggingEvent event) {
    return new String(new JsonLines().encode(event), StandardCharsets.UTF_8);
  }

  private static JsonObject parse(String line) {
    return JsonParser.parseString(line).getAsJsonObject();
  }
}
