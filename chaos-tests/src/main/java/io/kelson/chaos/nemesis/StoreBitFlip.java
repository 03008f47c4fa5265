package io.kelson.chaos.nemesis;

import io.grpc.StatusRuntimeException;
import io.kelson.api.HashKVRequest;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.cluster.Repairs;
import io.kelson.chaos.nemesis.Witness.View;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * One bit of a table of a follower's store turns while the follower is down: whoever reads the
 * block has to notice, and the member is repaired from the others.
 *
 * <p>A table is not read through when a member starts. So all its keys are asked for until it ends;
 * if what was hit is nothing they are answered from, the repair has to find it.
 */
final class StoreBitFlip {
  private static final Duration REFUSAL_BOUND = Duration.ofSeconds(15);
  private static final long READ_PAUSE_MILLIS = 100;
  private static final long CALL_SECONDS = 5;

  /** A table of next to nothing is all index and footer. */
  private static final long LEAST_BYTES = 2048;

  private final Lasting lasting;

  StoreBitFlip(Lasting lasting) {
    this.lasting = lasting;
  }

  Nemesis nemesis() {
    return new Deed(
        "bit-flip-store",
        "a bit of a follower's store turns while it is down; it is repaired from the others",
        Set.of(Ability.FILES, Ability.KILL),
        this::strike);
  }

  private Strike strike(ChaosCluster cluster, RandomGenerator random) {
    if (!(cluster instanceof Repairs repairs)) {
      throw new UnsupportedOperationException("members cannot be repaired here");
    }
    int leader;
    int member;
    try (Witness witness = new Witness(cluster)) {
      View view = witness.viewWithLeader();
      leader = view.leader().orElseThrow();
      member = Cut.follower(cluster.size(), leader, random);
      ProcessNemeses.requireRunning(cluster, List.of(member), null);
      // What a snapshot is read from is in tables.
      if (LoadNemeses.snapshot(witness, member, () -> true) == 0) {
        throw new IllegalStateException("no snapshot can be read from member " + member);
      }
    }
    cluster.kill(member);
    List<Path> tables = tables(cluster.dataDir(member));
    if (tables.isEmpty()) {
      cluster.start(member);
      throw new IllegalStateException(
          "member " + member + " has no table of " + LEAST_BYTES + " bytes yet");
    }
    Path table = tables.get(random.nextInt(tables.size()));
    long offset = BitFlip.flip(table, 0, random);
    LogTail log = LogTail.of(cluster.log(member));
    String what =
        "member %d, down, has a bit turned at offset %d of %s"
            .formatted(member, offset, table.getFileName());
    return new Fault(
        what, lasting.draw(random), () -> Optional.of(noticed(cluster, member, leader, what, log)));
  }

  private static String noticed(
      ChaosCluster cluster, int member, int leader, String what, LogTail log)
      throws InterruptedException {
    Repairs repairs = (Repairs) cluster;
    boolean ended;
    try (Witness witness = new Witness(cluster)) {
      Worker reader = Worker.start("reader", goesOn -> read(witness, member, goesOn));
      ended = repairs.refusesItsFiles(member, REFUSAL_BOUND);
      reader.stop();
    }
    if (!ended) {
      cluster.kill(member);
    }
    String repair = repairs.repair(member, leader);
    cluster.start(member);
    BitFlip.awaitVotes(cluster, leader);
    String words = ended ? log.words("damaged", "corrupt", "Corruption") : "";
    Optional<String> found =
        repair.lines().filter(line -> line.contains("store: ")).map(String::strip).findFirst();
    if (words.isEmpty() && found.isEmpty()) {
      throw new IllegalStateException("not noticed: " + what);
    }
    String first = ended ? "it ended: " + words : "nothing asked for was hit";
    return first + found.map(line -> "; the repair: " + line).orElse("") + "; repaired";
  }

  /** Has the member read all it has, for the hash of it. */
  private static void read(Witness witness, int member, BooleanSupplier goesOn)
      throws InterruptedException {
    while (goesOn.getAsBoolean()) {
      witness.channel(member).resetConnectBackoff();
      try {
        MaintenanceGrpc.newBlockingStub(witness.channel(member))
            .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
            .hashKV(HashKVRequest.getDefaultInstance());
      } catch (StatusRuntimeException e) {
        // It is not there yet, or not any more.
      }
      Thread.sleep(READ_PAUSE_MILLIS);
    }
  }

  private static List<Path> tables(Path dataDir) {
    try (Stream<Path> files = Files.walk(dataDir.resolve("store"))) {
      return files
          .filter(file -> file.toString().endsWith(".sst"))
          .filter(file -> file.toFile().length() >= LEAST_BYTES)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
