package io.kelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What lies in {@code config/} is understood by this version, without a word of complaint. */
class SampleFilesTest {
  private static final Path CONFIG = Path.of("..", "config");

  private static ServerConfig understood(List<String> args, Map<String, String> environment) {
    ServerFlags.Parsed parsed = ServerFlags.parse(args, environment);
    assertThat(parsed.warnings()).isEmpty();
    return parsed.config();
  }

  private static List<Object> documents(String file) throws IOException {
    List<Object> documents = new ArrayList<>();
    Load load = new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build());
    load.loadAllFromString(Files.readString(CONFIG.resolve(file))).forEach(documents::add);
    return documents;
  }

  /** Goes down by keys of mappings and places in lists. */
  private static Object at(Object tree, Object... path) {
    Object found = tree;
    for (Object step : path) {
      found =
          step instanceof Integer place
              ? ((List<?>) found).get(place)
              : ((Map<?, ?>) found).get(step);
      assertThat(found).as("%s in %s", step, List.of(path)).isNotNull();
    }
    return found;
  }

  private static List<String> serverArgs(Object container, Map<String, String> variables) {
    List<String> args = new ArrayList<>();
    for (Object arg : (List<?>) at(container, "args")) {
      String text = (String) arg;
      for (Map.Entry<String, String> variable : variables.entrySet()) {
        text = text.replace("$(" + variable.getKey() + ")", variable.getValue());
      }
      assertThat(text).doesNotContain("$(");
      args.add(text);
    }
    assertThat(args.remove(0)).isEqualTo("server");
    return args;
  }

  @Test
  void theSampleOfSettings() {
    ServerConfig config =
        understood(List.of("--config-file", CONFIG.resolve("kelson.yaml").toString()), Map.of());
    assertThat(config.name()).isEqualTo("kelson-1");
    assertThat(config.log().format()).isEqualTo(LogSettings.Format.JSON);
  }

  @Test
  void theStatefulSet() throws IOException {
    List<Object> documents = documents("kubernetes/kelson.yaml");
    assertThat(documents)
        .extracting(document -> at(document, "kind"))
        .containsExactly("Service", "Service", "PodDisruptionBudget", "StatefulSet");
    Object set = documents.get(3);
    Object headless = documents.get(0);
    assertThat(at(set, "spec", "serviceName")).isEqualTo(at(headless, "metadata", "name"));
    assertThat(at(set, "spec", "selector", "matchLabels"))
        .isEqualTo(at(headless, "spec", "selector"))
        .isEqualTo(at(set, "spec", "template", "metadata", "labels"))
        .isEqualTo(at(documents.get(1), "spec", "selector"));
    Object container = at(set, "spec", "template", "spec", "containers", 0);
    int replicas = (int) at(set, "spec", "replicas");
    for (int i = 0; i < replicas; i++) {
      ServerConfig config =
          understood(
              serverArgs(container, Map.of("POD_NAME", "kelson-" + i, "POD_NAMESPACE", "ns")),
              Map.of());
      assertThat(config.initialCluster().peerUrlsByName()).hasSize(replicas);
      assertThat(config.http().listenMetricsUrls()).containsExactly("http://0.0.0.0:2381");
    }
    List<Object> ports = new ArrayList<>();
    for (Object port : (List<?>) at(container, "ports")) {
      ports.add(at(port, "name"));
    }
    for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      assertThat(ports).contains(at(container, probe, "httpGet", "port"));
    }
  }

  @Test
  void theStaticPod() throws IOException {
    Object container = at(documents("kubernetes/static-pod.yaml").get(0), "spec", "containers", 0);
    ServerConfig config = understood(serverArgs(container, Map.of()), Map.of());
    assertThat(config.clientTls().clientCertAuth()).isTrue();
    assertThat(config.peerTls().clientCertAuth()).isTrue();
    assertThat(config.limits().watchProgressInterval()).hasSeconds(5);
  }

  @Test
  void theThreeOfCompose() throws IOException {
    Object services = at(documents("docker/compose.yaml").get(0), "services");
    assertThat((Map<?, ?>) services).hasSize(3);
    Object common = at(documents("docker/compose.yaml").get(0), "x-cluster");
    for (Object service : ((Map<?, ?>) services).values()) {
      Map<String, String> environment = new HashMap<>(imageEnvironment());
      ((Map<?, ?>) common).forEach((name, value) -> environment.put((String) name, (String) value));
      ((Map<?, ?>) at(service, "environment"))
          .forEach(
              (name, value) -> {
                if (value instanceof String text) {
                  environment.put((String) name, text);
                }
              });
      ServerConfig config = understood(List.of(), environment);
      assertThat(config.initialCluster().peerUrlsByName()).hasSize(3).containsKey(config.name());
    }
  }

  @Test
  void theImageByItself() throws IOException {
    ServerConfig config = understood(List.of(), imageEnvironment());
    assertThat(config.dataDir()).isEqualTo(Path.of("/var/lib/kelson/data"));
  }

  /** What the Dockerfile sets of ours. */
  private static Map<String, String> imageEnvironment() throws IOException {
    Map<String, String> environment = new HashMap<>();
    Matcher matcher =
        Pattern.compile("\\b(KELSON_[A-Z_]+)=(\\S+)")
            .matcher(Files.readString(CONFIG.resolve("docker/Dockerfile")));
    while (matcher.find()) {
      environment.put(matcher.group(1), matcher.group(2));
    }
    // Of the launcher, not of the server.
    assertThat(environment.remove("KELSON_NO_BUILD")).isEqualTo("1");
    assertThat(environment).hasSize(4);
    return environment;
  }

  @Test
  void theUnitRunsAFileOfSettings() throws IOException {
    String unit = Files.readString(CONFIG.resolve("systemd/kelson.service"));
    assertThat(unit)
        .contains("ExecStart=/opt/kelson/bin/kelson server --config-file /etc/kelson/kelson.yaml\n")
        .contains("Type=notify\n");
  }
}
