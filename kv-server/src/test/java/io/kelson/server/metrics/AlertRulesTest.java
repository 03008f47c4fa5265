package io.kelson.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The alerts that come with Kelson: each is tried both ways, and there is one for all of etcd's.
 */
class AlertRulesTest {
  private static final Path DIRECTORY = Path.of("..", "config", "prometheus");

  private static final List<String> ETCDS =
      List.of(
          "etcdMembersDown",
          "etcdInsufficientMembers",
          "etcdNoLeader",
          "etcdHighNumberOfLeaderChanges",
          "etcdHighNumberOfFailedGRPCRequests",
          "etcdGRPCRequestsSlow",
          "etcdMemberCommunicationSlow",
          "etcdHighNumberOfFailedProposals",
          "etcdHighFsyncDurations",
          "etcdHighCommitDurations",
          "etcdDatabaseQuotaLowSpace",
          "etcdExcessiveDatabaseGrowth",
          "etcdDatabaseHighFragmentationRatio");

  @Test
  void thereIsOneForEachOfEtcds() throws IOException {
    assertThat(found("kelson-alerts.yml", "- alert: (\\w+)")).containsAll(ETCDS);
  }

  @Test
  void eachIsSeenToFireAndToKeepQuiet() throws IOException {
    Set<String> alerts = found("kelson-alerts.yml", "- alert: (\\w+)");
    assertThat(found("kelson-alerts-test.yml", "- name: '(\\w+) fires'")).isEqualTo(alerts);
    assertThat(found("kelson-alerts-test.yml", "- name: '(\\w+) keeps quiet'")).isEqualTo(alerts);
  }

  @Test
  void promtoolHasNoObjection() throws Exception {
    promtool("check", "rules", "kelson-alerts.yml");
    promtool("test", "rules", "kelson-alerts-test.yml");
    promtool("check", "config", "prometheus.yml");
  }

  private static Set<String> found(String file, String pattern) throws IOException {
    Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(DIRECTORY.resolve(file)));
    Set<String> names = new TreeSet<>();
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  private static void promtool(String... arguments) throws Exception {
    assumeTrue(EtcdMetricNamesTest.Promtool.isThere(), "no promtool on this machine");
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(Arrays.asList(arguments));
    Process process =
        new ProcessBuilder(command).directory(DIRECTORY.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
