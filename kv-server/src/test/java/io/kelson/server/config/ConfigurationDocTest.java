package io.kelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The tables in docs/CONFIGURATION.md are the table of settings. After a change of the latter, run
 * this test with {@code -Dkelson.docs.write=true} and look at the difference.
 */
class ConfigurationDocTest {
  private static final Path DOC = Path.of("..", "docs", "CONFIGURATION.md");

  @Test
  void theTablesAreTheOnesInForce() throws IOException {
    String text = Files.readString(DOC);
    String expected =
        with(with(text, "settings", ConfigTables.settings()), "etcd", ConfigTables.etcd());
    if (Boolean.getBoolean("kelson.docs.write")) {
      Files.writeString(DOC, expected);
    } else {
      assertThat(text).isEqualTo(expected);
    }
  }

  @Test
  void aReportNamesWhereEverythingComesFrom() {
    ConfigReport report =
        ConfigReport.of(List.of("--name=a", "--max-wals=3"), Map.of("ETCD_METRICS", "extensive"));
    assertThat(report.text().lines())
        .contains(
            "OK",
            "name: a  # --name",
            "metrics: extensive  # ETCD_METRICS",
            "max-txn-ops: 128  # default",
            "listen-peer-urls: 'http://localhost:2380'  # default");
    assertThat(report.warnings()).singleElement().asString().contains("--max-wals has no effect");
  }

  private static String with(String text, String name, String table) {
    String begin = "<!-- " + name + ": begin -->\n";
    String end = "<!-- " + name + ": end -->\n";
    int from = text.indexOf(begin) + begin.length();
    return text.substring(0, from) + "\n" + table + "\n" + text.substring(text.indexOf(end));
  }
}
