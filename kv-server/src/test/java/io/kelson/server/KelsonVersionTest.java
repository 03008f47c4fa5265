package io.kelson.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class KelsonVersionTest {
  @Test
  void isTheBuilds() throws Exception {
    Matcher version =
        Pattern.compile("<version>([0-9.]+)(-SNAPSHOT)?</version>")
            .matcher(Files.readString(Path.of("pom.xml")));
    assertThat(version.find()).isTrue();
    assertThat(KelsonVersion.OWN).isEqualTo(version.group(1));
  }

  @Test
  void theApiVersionPassesTheGateOfKubernetes() {
    assertThat(KelsonVersion.ETCD_API).matches("3\\.7\\.\\d+");
    assertThat(KelsonVersion.CLUSTER).isEqualTo("3.7.0");
  }
}
