package io.kelson.chaos.nemesis;

import io.kelson.api.StatusResponse;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.cluster.LinkRule;
import io.kelson.chaos.cluster.Membership;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A follower is replaced, and killed while it receives what the others have. The links to it are
 * slow meanwhile, or it would have everything before anyone could look. For one thread, and then
 * for another.
 */
final class InterruptedRestore {
  /** A member has to start within it. */
  private static final Duration SIGN_BOUND = Duration.ofSeconds(50);

  private static final int MOST_KILLS = 3;
  private static final int LONGEST_LIFE_MILLIS = 400;
  private static final int STEP_MILLIS = 5;

  /** More than it takes to be told who the members are. */
  private static final int FEW_BYTES = 8 << 10;

  private final ChaosCluster cluster;
  private final Membership membership;
  private final int member;
  private final SplittableRandom random;
  private final int kills;
  private final LinkRule slow;
  private final List<String> proofs = new ArrayList<>();

  InterruptedRestore(
      ChaosCluster cluster, Membership membership, int member, RandomGenerator random) {
    this.cluster = cluster;
    this.membership = membership;
    this.member = member;
    this.random = new SplittableRandom(random.nextLong());
    this.kills = 1 + random.nextInt(MOST_KILLS);
    this.slow = new LinkRule(0, 0, (4 + random.nextInt(17)) << 10, false, 0);
  }

  /** How often it is to be killed. */
  int kills() {
    return kills;
  }

  /** Leaves the member running, mostly as a learner that lacks some of the data. */
  void run() throws InterruptedException {
    membership.remove(member, MemberNemeses.BOUND);
    try (Witness witness = new Witness(cluster)) {
      shape(slow);
      long target = committed(witness);
      long passed = passed();
      membership.rejoin(member, MemberNemeses.BOUND);
      for (int i = 0; i < kills && isReceiving(passed); i++) {
        Thread.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
        Optional<StatusResponse> status = witness.status(member);
        Optional<String> refusal = membership.maybePromote(member);
        if (refusal.isEmpty()) {
          // It has caught up: too late.
          return;
        }
        cluster.kill(member);
        evidence(status, target, refusal.get()).ifPresent(proofs::add);
        // What was on its way to its last life is not to be waited for.
        shape(slow);
        passed = passed();
        cluster.start(member);
      }
    } finally {
      shape(LinkRule.OPEN);
    }
  }

  /** What shows that it had not caught up at a kill; empty if nothing does. */
  Optional<String> proof() {
    return proofs.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "member %d was killed before it had caught up: %s"
                .formatted(member, String.join("; ", proofs)));
  }

  /** Waits until it is seen to get something; false if it does not. */
  private boolean isReceiving(long passedBefore) throws InterruptedException {
    long end = System.nanoTime() + SIGN_BOUND.toNanos();
    while (received().isEmpty() && passed() - passedBefore < FEW_BYTES) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      Thread.sleep(STEP_MILLIS);
    }
    return true;
  }

  private Optional<String> evidence(Optional<StatusResponse> status, long target, String refusal) {
    List<String> files = received();
    if (!files.isEmpty()) {
      return Optional.of("of a snapshot it had " + String.join(", ", files));
    }
    if (refusal.contains(Membership.NOT_IN_SYNC)) {
      return Optional.of("it was refused its vote: " + refusal);
    }
    return status
        .map(StatusResponse::getRaftAppliedIndex)
        .filter(index -> index < target)
        .map(index -> "it had applied " + index + " of " + target + " entries");
  }

  /**
   * Files of a snapshot that is not installed yet: Kelson collects them in a directory of their
   * own, etcd gives them their name when they are whole.
   */
  private List<String> received() {
    Path data = cluster.dataDir(member);
    List<String> found = new ArrayList<>();
    found.addAll(files(data.resolve("snapshot-incoming"), ""));
    found.addAll(files(data.resolve("member").resolve("snap"), "tmp"));
    return found;
  }

  private static List<String> files(Path directory, String prefix) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .filter(Files::isRegularFile)
          .map(InterruptedRestore::words)
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      // It has just been done with, and deleted.
      return List.of();
    }
  }

  private static String words(Path file) {
    try {
      return file.getFileName() + " with " + Files.size(file) + " bytes";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long committed(Witness witness) {
    return others()
        .mapToObj(witness::status)
        .flatMap(Optional::stream)
        .mapToLong(StatusResponse::getRaftIndex)
        .max()
        .orElseThrow(() -> new IllegalStateException("nobody says what is committed"));
  }

  /** Bytes that have come to it from others, over all its lives. */
  private long passed() {
    return others().mapToLong(other -> cluster.passed(other, member)).sum();
  }

  private void shape(LinkRule rule) {
    others().forEach(other -> cluster.link(other, member, rule));
  }

  private IntStream others() {
    return IntStream.range(0, cluster.size()).filter(other -> other != member);
  }
}
