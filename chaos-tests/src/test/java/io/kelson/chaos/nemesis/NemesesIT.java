package io.kelson.chaos.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.Await;
import io.kelson.chaos.LongRun;
import io.kelson.chaos.NodeCommand;
import io.kelson.chaos.TestCluster;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.cluster.ProcessDriver;
import io.kelson.chaos.cluster.ProcessOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every fault is done once to three real servers under load: it takes effect and shows so, the
 * servers that should live live, and the cluster is healthy afterwards without help.
 */
@LongRun
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class NemesesIT {
  private static final Logger log = LoggerFactory.getLogger(NemesesIT.class);
  private static final Duration BOUND = Duration.ofSeconds(120);
  private static final Nemeses NEMESES = Nemeses.lasting(new Lasting(Duration.ofSeconds(4)));
  private static final long DISK_BYTES = 1 << 30;
  private static final long SEED = Long.getLong("chaos.seed", 7);

  private static final SplittableRandom RANDOM = new SplittableRandom(SEED);
  private static ProcessDriver cluster;
  private static PutLoad load;

  @BeforeAll
  static void start() {
    cluster = create(TestCluster.command());
    cluster.startAll(BOUND);
    load = new PutLoad(cluster.endpoints());
  }

  @AfterAll
  static void end() {
    if (load != null) {
      load.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  /** What one left broken is not to be held against the next. */
  @AfterEach
  void openLinks() {
    cluster.openLinks();
  }

  static Stream<String> names() {
    String only = System.getProperty("chaos.nemesis", "");
    return NEMESES.all().stream()
        .map(Nemesis::name)
        .filter(name -> only.isEmpty() || Stream.of(only.split(",")).anyMatch(name::equals));
  }

  @ParameterizedTest
  @MethodSource("names")
  void takesEffectAndTheClusterHeals(String name) throws Exception {
    Nemesis nemesis = NEMESES.named(name);
    Optional<String> missing = Nemeses.missing(nemesis, cluster);
    Assumptions.assumeTrue(missing.isEmpty(), () -> name + " is skipped: " + missing.orElse(""));
    cluster.awaitHealthy(BOUND);

    Strike strike = Await.value("a state to do it in", BOUND, () -> maybeStrike(nemesis));
    Thread.sleep(strike.lasting().toMillis());
    boolean endedByItself = anyEndedByItself(cluster);
    Optional<String> proof = strike.end();
    log.info("{} on {}: {}: {}", name, cluster.product(), strike.what(), proof.orElse("-"));

    assertThat(proof).as("what shows that it took effect: " + strike.what()).isPresent();
    assertThat(endedByItself).as("a member ended by itself").isFalse();
    cluster.awaitHealthy(BOUND);
    long before = load.acked();
    Await.until("puts again", BOUND, () -> load.acked() > before + 10);
  }

  /** Empty if the cluster is in no state for it yet, such as with a log of one segment. */
  private static Optional<Strike> maybeStrike(Nemesis nemesis) {
    try {
      return Optional.of(nemesis.strike(cluster, RANDOM));
    } catch (IllegalStateException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean anyEndedByItself(ChaosCluster cluster) {
    return IntStream.range(0, cluster.size()).anyMatch(cluster::endedByItself);
  }

  /** With as much as this machine has. */
  private static ProcessDriver create(NodeCommand command) {
    Path parent = TestCluster.directory("nemeses");
    ProcessOptions plain = ProcessOptions.of(command, parent.resolve("0"), 3, SEED);
    ProcessOptions disks = plain.withDisks(DISK_BYTES);
    boolean libc = command.product().equals("kelson");
    ProcessOptions preloaded =
        Boolean.getBoolean("chaos.sync-faults") ? disks.withSyncFaults() : disks.withClockFaults();
    Stream<ProcessOptions> choices = libc ? Stream.of(preloaded, disks) : Stream.of(disks);
    for (ProcessOptions options : choices.toList()) {
      try {
        return ProcessDriver.create(options);
      } catch (IllegalStateException e) {
        log.warn("not all faults can be done here: {}", e.getMessage());
        deleteEmpty(options.directory());
      }
    }
    return ProcessDriver.create(plain);
  }

  private static void deleteEmpty(Path directory) {
    try (Stream<Path> inside = Files.walk(directory)) {
      for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
