package io.kelson.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@link Script} and {@link AdminScript} once with etcdctl and once with kelsonctl, each on a
 * fresh server that gives out the same ids and revisions, and compares what they print and how they
 * exit: on an etcd, and on a Kelson.
 *
 * <p>Both programs are taken from {@code KELSON_ETCD} and {@code KELSON_ETCDCTL}, else from the
 * PATH; where they are missing the test is skipped and says so.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class EtcdctlEquivalenceTest {
  private static final long LONGEST_RUN_SECONDS = 60;

  /** A way to run a tool. */
  private interface Tool {
    Outcomes.Outcome run(List<String> arguments, String input) throws Exception;
  }

  @TempDir Path folder;

  private Path etcd;
  private Path etcdctl;
  private int clientPort;
  private int peerPort;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void findPrograms() throws IOException {
    Optional<Path> server = StockEtcd.program("KELSON_ETCD", "etcd");
    Optional<Path> client = StockEtcd.program("KELSON_ETCDCTL", "etcdctl");
    Assumptions.assumeTrue(
        server.isPresent() && client.isPresent(),
        "skipped: no etcd and etcdctl on the PATH; install them or set KELSON_ETCD and"
            + " KELSON_ETCDCTL to compare kelsonctl with the original");
    etcd = server.get();
    etcdctl = client.get();
    clientPort = StockEtcd.freePort();
    peerPort = StockEtcd.freePort();
  }

  @AfterEach
  void endProcesses() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  @Test
  void printsAndExitsLikeEtcdctl() throws Exception {
    compare(dataDir -> StockEtcd.start(etcd, dataDir, clientPort, peerPort));
  }

  /** The same lines against Kelson, if it has been built. */
  @Test
  void printsAndExitsLikeEtcdctlAgainstKelson() throws Exception {
    Optional<Path> kelson = StockEtcd.builtKelson();
    Assumptions.assumeTrue(
        kelson.isPresent(),
        "skipped: Kelson's server is not built; mvn package -pl kv-server -am builds it");
    compare(dataDir -> StockEtcd.startKelson(kelson.get(), dataDir, clientPort, peerPort));
  }

  private interface Server {
    StockEtcd start(Path dataDir) throws Exception;
  }

  private void compare(Server server) throws Exception {
    Map<String, Outcomes.Outcome> theirs =
        runAll("theirs", server, this::runEtcdctl, this::startEtcdctl);
    Map<String, Outcomes.Outcome> ours =
        runAll("ours", server, this::runKelsonctl, this::startKelsonctl);

    assertThat(ours.keySet()).isEqualTo(theirs.keySet());
    SoftAssertions softly = new SoftAssertions();
    theirs.forEach(
        (line, outcome) -> softly.assertThat(ours.get(line)).as(line).isEqualTo(outcome));
    softly.assertAll();
  }

  private interface Starter {
    Process start(List<String> arguments) throws IOException;
  }

  private Map<String, Outcomes.Outcome> runAll(
      String name, Server starts, Tool tool, Starter starter) throws Exception {
    Outcomes outcomes = new Outcomes();
    Path dataDir = Files.createDirectory(folder.resolve(name));
    try (StockEtcd server = starts.start(dataDir)) {
      server.grantLease(Script.LEASE, 3600);
      for (Script.Step step : Script.STEPS) {
        outcomes.add(step.line(), tool.run(step.arguments(), step.input()));
      }
      for (Script.WatchStep step : Script.WATCHES) {
        outcomes.add(step.line(), runUntil(starter.start(step.arguments()), step));
      }
      for (Script.Step step : AdminScript.STEPS) {
        Script.Step filled = new Script.Step(outcomes.filled(step.line()), step.input());
        outcomes.add(step.line(), tool.run(filled.arguments(), filled.input()));
      }
      for (Script.WatchStep step : AdminScript.HELD) {
        outcomes.add(step.line(), runUntil(starter.start(step.arguments()), step));
      }
    }
    return outcomes.all();
  }

  private Map<String, String> variables() {
    Map<String, String> variables = new HashMap<>();
    variables.put("ETCDCTL_API", "3");
    variables.put("ETCDCTL_ENDPOINTS", "127.0.0.1:" + clientPort);
    return variables;
  }

  private Process start(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().keySet().removeIf(name -> name.startsWith("ETCDCTL_"));
    builder.environment().putAll(variables());
    Process process = builder.start();
    started.add(process);
    // A tool that waits where the other ends would hold the test up for ever.
    CompletableFuture.delayedExecutor(LONGEST_RUN_SECONDS, TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
    return process;
  }

  private Process startEtcdctl(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(etcdctl.toString()));
    arguments.forEach(argument -> command.add(ByteText.readable(argument)));
    return start(command);
  }

  private Outcomes.Outcome runEtcdctl(List<String> arguments, String input) throws Exception {
    // Bytes that are no text cannot be handed to a process from here; a file can hold them.
    List<String> words = new ArrayList<>();
    for (String argument : arguments) {
      words.add(shellWord(argument));
    }
    Path line = folder.resolve("line.sh");
    Files.write(
        line, ("exec " + etcdctl + " " + String.join(" ", words) + "\n").getBytes(ISO_8859_1));
    Process process = start(List.of("sh", line.toString()));
    feed(process, input);
    String output = ByteText.of(process.getInputStream().readAllBytes());
    return new Outcomes.Outcome(output, process.waitFor());
  }

  private static void feed(Process process, String input) throws Exception {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(UTF_8));
    } catch (IOException e) {
      // It ended without reading its input, which only a refusal does.
      assertThat(process.waitFor()).isNotZero();
    }
  }

  private static String shellWord(String argument) {
    return "'" + argument.replace("'", "'\\''") + "'";
  }

  private Outcomes.Outcome runKelsonctl(List<String> arguments, String input) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    Console console =
        new Console(
            new ByteArrayInputStream(input.getBytes(UTF_8)),
            output,
            OutputStream.nullOutputStream());
    int exitCode = new Kelsonctl(console, variables()).run(arguments);
    return new Outcomes.Outcome(ByteText.of(output.toByteArray()), exitCode);
  }

  private Process startKelsonctl(List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.kelson.cli.Main"));
    arguments.forEach(argument -> command.add(ByteText.readable(argument)));
    return start(command);
  }

  /** Reads as many lines as the step waits for, then ends the process. */
  private static Outcomes.Outcome runUntil(Process process, Script.WatchStep step)
      throws Exception {
    OutputStream stdin = process.getOutputStream();
    stdin.write(step.input().getBytes(UTF_8));
    stdin.flush();
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    InputStream stdout = process.getInputStream();
    int lines = 0;
    while (lines < step.lines()) {
      int b = stdout.read();
      if (b < 0) {
        break;
      }
      output.write(b);
      lines += b == '\n' ? 1 : 0;
    }
    if (step.closeInput()) {
      stdin.close();
    } else {
      // Only the signal: with its output closed as well it might die of that instead.
      process.toHandle().destroy();
    }
    return new Outcomes.Outcome(ByteText.of(output.toByteArray()), process.waitFor());
  }
}
