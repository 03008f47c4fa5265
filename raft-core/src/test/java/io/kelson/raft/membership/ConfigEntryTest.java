package io.kelson.raft.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bytes of a configuration entry, and what is not one. */
class ConfigEntryTest {
  private static final ConfigEntry ENTRY =
      new ConfigEntry(
          new Configuration(List.of(-5L, 1L, 1L << 40), List.of(1L, 7L), List.of(9L), List.of(7L)),
          new byte[] {1, 2, 3});

  @Test
  void isReadAsItWasWritten() {
    assertThat(ConfigEntry.decode(ENTRY.encode())).isEqualTo(ENTRY);
    ConfigEntry plain = ConfigEntry.of(Configuration.of(List.of(3L)));
    assertThat(plain.encode()).hasSize(1 + 5 * 4 + 8);
    assertThat(ConfigEntry.decode(plain.encode())).isEqualTo(plain);
  }

  @Test
  void nothingElseIsRead() {
    byte[] data = ENTRY.encode();
    for (int length = 0; length < data.length; length++) {
      byte[] cut = Arrays.copyOf(data, length);
      assertThatIllegalArgumentException().isThrownBy(() -> ConfigEntry.decode(cut));
    }
    byte[] longer = Arrays.copyOf(data, data.length + 1);
    assertThatIllegalArgumentException().isThrownBy(() -> ConfigEntry.decode(longer));
    byte[] newer = data.clone();
    newer[0] = 2;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfigEntry.decode(newer))
        .withMessageContaining("version 2");
    byte[] huge = data.clone();
    Arrays.fill(huge, 1, 5, (byte) 0x7f);
    assertThatIllegalArgumentException().isThrownBy(() -> ConfigEntry.decode(huge));
  }
}
