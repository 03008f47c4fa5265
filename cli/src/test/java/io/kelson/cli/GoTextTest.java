package io.kelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kelson.client.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The forms of text that cannot be left to Java. */
class GoTextTest {

  @Test
  void sizesAreRoundedToTwoDigits() {
    assertThat(GoText.size(0)).isEqualTo("0 B");
    assertThat(GoText.size(9)).isEqualTo("9 B");
    assertThat(GoText.size(999)).isEqualTo("999 B");
    assertThat(GoText.size(1000)).isEqualTo("1.0 kB");
    assertThat(GoText.size(24576)).isEqualTo("25 kB");
    assertThat(GoText.size(2147483648L)).isEqualTo("2.1 GB");
  }

  @Test
  void durations() {
    assertThat(GoText.duration(0)).isEqualTo("0s");
    assertThat(GoText.duration(812)).isEqualTo("812ns");
    assertThat(GoText.duration(812_300)).isEqualTo("812.3µs");
    assertThat(GoText.duration(1_443_891)).isEqualTo("1.443891ms");
    assertThat(GoText.duration(5_000_000_000L)).isEqualTo("5s");
    assertThat(GoText.duration(3_660_500_000_000L)).isEqualTo("1h1m0.5s");
    assertThat(GoText.parseDuration("1m30s")).isEqualTo(Duration.ofSeconds(90));
    assertThat(GoText.parseDuration("1.5h")).isEqualTo(Duration.ofMinutes(90));
    assertThat(GoText.parseDuration("250ms")).isEqualTo(Duration.ofMillis(250));
    for (String bad : List.of("", "5", "s", "5x", "-1s")) {
      assertThat(
              catchThrowableOfType(IllegalArgumentException.class, () -> GoText.parseDuration(bad)))
          .as(bad)
          .isNotNull();
    }
  }

  @Test
  void quotesAndReadsThemBack() {
    for (String text :
        List.of("", "plain", "a\"b\\c", "\u0007\b\f\n\r\t\u000b\u0000", "é€😀\u0085\u00a0")) {
      Bytes bytes = Bytes.utf8(text);
      String quoted = ByteText.ofReadable(GoText.quoted(bytes));
      assertThat(ByteText.bytes(GoText.unquoted(quoted))).isEqualTo(bytes);
    }
    Bytes notText = Bytes.of(new byte[] {'x', (byte) 0xff, (byte) 0xc3});
    assertThat(GoText.quoted(notText)).isEqualTo("\"x\\xff\\xc3\"");
    assertThat(GoText.hex(notText)).isEqualTo("\\x78\\xff\\xc3");
  }

  @Test
  void numbersOfAnyBase() {
    assertThat(GoText.parseLong("-12")).isEqualTo(-12);
    assertThat(GoText.parseLong("0x10")).isEqualTo(16);
    assertThat(GoText.parseLong("010")).isEqualTo(8);
    assertThat(GoText.parseLong("0b11")).isEqualTo(3);
    assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> GoText.parseLong("x")))
        .hasMessage("strconv.ParseInt: parsing \"x\": invalid syntax");
  }

  @Test
  void argumentsAreTakenAsBytes() {
    byte[] commandLine = "java\0-cp\0x\0Main\0put\0\0é\0".getBytes(StandardCharsets.UTF_8);
    assertThat(RawArguments.lastOf(commandLine, new String[] {"put", "", "?"}))
        .containsExactly("put", "", "\u00c3\u00a9");
  }

  @Test
  void wordsOfALine() {
    assertThat(Words.of("put 'a b' \"c\\\"d\" e=f  g"))
        .containsExactly("put", "a b", "c\"d", "e=f", "g");
  }
}
