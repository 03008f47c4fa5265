package io.kelson.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KeyTreeTest {
  private static String printed(boolean keysOnly, String... keysAndValues) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    Console console =
        new Console(InputStream.nullInputStream(), output, OutputStream.nullOutputStream());
    KeyTree.of(
            Arrays.stream(keysAndValues)
                .map(pair -> pair.split("=", 2))
                .map(p -> new KeyValue(Bytes.utf8(p[0]), 1, 1, 1, Bytes.utf8(p[1]), 0))
                .toList())
        .print(console, keysOnly);
    console.flush();
    return output.toString(UTF_8);
  }

  @Test
  void levelsAreSlashesAndChainsAreOneLevel() {
    assertThat(printed(false, "app/web/host=h", "app/web/port=80", "app/db=x", "other=1"))
        .isEqualTo(
            """
            app/
            ├── db = x
            └── web/
                ├── host = h
                └── port = 80
            other = 1
            """);
    assertThat(printed(false, "/a/b/c=1")).isEqualTo("/a/b/c = 1\n");
  }

  @Test
  void aKeyMayHaveKeysBelowIt() {
    assertThat(printed(true, "a/=1", "a/b=2", "a/c=3")).isEqualTo("a/\n├── b\n└── c\n");
  }

  @Test
  void whatWouldSpoilALineIsQuoted() {
    assertThat(printed(false, "a\nb=x\ty")).isEqualTo("\"a\\nb\" = \"x\\ty\"\n");
  }
}
