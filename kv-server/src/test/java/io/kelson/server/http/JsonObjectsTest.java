package io.kelson.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonObjectsTest {
  private final JsonObjects objects = new JsonObjects(1000);
  private final List<String> found = new ArrayList<>();

  private void feed(String text) throws BadJsonException {
    objects.feed(
        Unpooled.copiedBuffer(text, StandardCharsets.UTF_8),
        json -> found.add(new String(json, StandardCharsets.UTF_8)));
  }

  @Test
  void objectsEndWhereTheyEnd() throws Exception {
    feed(" {\"a\":{\"b\":[1,{}]}}{}\n\t{\"c\":\"}{\\\"]\\\\\"} ");
    assertThat(found).containsExactly("{\"a\":{\"b\":[1,{}]}}", "{}", "{\"c\":\"}{\\\"]\\\\\"}");
    assertThat(objects.isWithin()).isFalse();
  }

  @Test
  void piecesOfAnyLengthMakeTheSame() throws Exception {
    String all = "{\"a\":\"\\\"}é\"} {\"b\":[[{}]]}";
    byte[] bytes = all.getBytes(StandardCharsets.UTF_8);
    for (byte b : bytes) {
      objects.feed(
          Unpooled.wrappedBuffer(new byte[] {b}),
          json -> found.add(new String(json, StandardCharsets.UTF_8)));
    }
    assertThat(found).containsExactly("{\"a\":\"\\\"}é\"}", "{\"b\":[[{}]]}");
  }

  @Test
  void halfAnObjectIsNone() throws Exception {
    feed("{\"a\":{}");
    assertThat(found).isEmpty();
    assertThat(objects.isWithin()).isTrue();
  }

  @Test
  void anythingElseIsRefused() {
    for (String text : List.of("[]", "1", "\"a\"", "null", "}", ",", "{} x")) {
      assertThatThrownBy(() -> new JsonObjects(100).feed(copied(text), json -> {}))
          .as(text)
          .isInstanceOf(BadJsonException.class)
          .hasMessageContaining("expected a JSON object");
    }
  }

  @Test
  void depthAndSizeAreBounded() throws Exception {
    feed("{\"a\":" + "[".repeat(199) + "]".repeat(199) + "}");
    assertThat(found).hasSize(1);
    assertThatThrownBy(() -> feed("{\"a\":" + "[".repeat(200)))
        .hasMessageContaining("deeper than 200 levels");
    assertThatThrownBy(() -> new JsonObjects(10).feed(copied("{\"a\":\"123456\"}"), json -> {}))
        .hasMessageContaining("larger than 10 bytes");
  }

  private static io.netty.buffer.ByteBuf copied(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }
}
