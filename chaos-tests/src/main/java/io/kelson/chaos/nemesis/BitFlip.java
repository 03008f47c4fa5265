package io.kelson.chaos.nemesis;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.kelson.api.Compare;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.cluster.Repairs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * One bit of a closed segment of a follower's log turns while the follower is down: it has to
 * notice, and is repaired from the others.
 */
final class BitFlip {
  private static final Duration REFUSAL_BOUND = Duration.ofSeconds(60);

  private static final Duration VOTE_BOUND = Duration.ofSeconds(60);
  private static final long STEP_MILLIS = 50;
  private static final String IN_FORCE = "the members in force are voters [";

  /** Together more than the first segment of a log. */
  private static final int FILLERS = 20;

  private static final int FILLER_BYTES = 512 << 10;
  private static final long FILLER_SECONDS = 5;

  private final Lasting lasting;

  BitFlip(Lasting lasting) {
    this.lasting = lasting;
  }

  Nemesis nemesis() {
    return new Deed(
        "bit-flip",
        "a bit of a follower's log turns while it is down; it is repaired from the others",
        Set.of(Ability.FILES, Ability.KILL),
        this::strike);
  }

  private Strike strike(ChaosCluster cluster, RandomGenerator random) {
    if (!(cluster instanceof Repairs repairs)) {
      throw new UnsupportedOperationException("members cannot be repaired here");
    }
    int leader;
    int member;
    List<Path> closed;
    try (Witness witness = new Witness(cluster)) {
      leader = witness.viewWithLeader().leader().orElseThrow();
      member = Cut.follower(cluster.size(), leader, random);
      ProcessNemeses.requireRunning(cluster, List.of(member), null);
      closed = closedSegments(cluster.dataDir(member));
      if (closed.isEmpty()) {
        fillSegment(witness.channel(leader));
        closed = closedSegments(cluster.dataDir(member));
      }
    }
    if (closed.isEmpty()) {
      throw new IllegalStateException("member " + member + " has no closed segment yet");
    }
    cluster.kill(member);
    Path segment = closed.get(random.nextInt(closed.size()));
    long offset = flip(segment, 0.25, random);
    LogTail log = LogTail.of(cluster.log(member));
    String what =
        "member %d, down, has a bit turned at offset %d of %s"
            .formatted(member, offset, segment.getFileName());
    return new Fault(
        what,
        lasting.draw(random),
        () -> {
          if (!repairs.refusesItsFiles(member, REFUSAL_BOUND)) {
            throw new IllegalStateException("not noticed: " + what);
          }
          repairs.repair(member, leader);
          cluster.start(member);
          awaitVotes(cluster, leader);
          return Optional.of(log.words("offset", "corrupt", "kelson repair") + "; repaired");
        });
  }

  /**
   * Makes the log longer by more than its first segment, and changes nothing: transactions whose
   * condition never holds. Few workloads write that much in a short run.
   */
  private static void fillSegment(Channel leader) {
    ByteString key = ByteString.copyFromUtf8("nobody writes this key");
    TxnRequest nothing =
        TxnRequest.newBuilder()
            .addCompare(
                Compare.newBuilder()
                    .setKey(key)
                    .setTarget(Compare.CompareTarget.VERSION)
                    .setResult(Compare.CompareResult.GREATER)
                    .setVersion(Long.MAX_VALUE))
            .addSuccess(
                RequestOp.newBuilder()
                    .setRequestPut(
                        PutRequest.newBuilder()
                            .setKey(key)
                            .setValue(ByteString.copyFrom(new byte[FILLER_BYTES]))))
            .build();
    try {
      for (int i = 0; i < FILLERS; i++) {
        KVGrpc.newBlockingStub(leader)
            .withDeadlineAfter(FILLER_SECONDS, TimeUnit.SECONDS)
            .txn(nothing);
      }
    } catch (StatusRuntimeException e) {
      throw new IllegalStateException("the log cannot be filled: " + e.getStatus(), e);
    }
  }

  /**
   * Waits until every member has its vote again, as that one says in its log. A repaired member is
   * listed as a voter from the start, but it is given its vote when it has caught up; were another
   * one to be taken down before that, there would be no quorum.
   */
  static void awaitVotes(ChaosCluster cluster, int witness) throws InterruptedException {
    long end = System.nanoTime() + VOTE_BOUND.toNanos();
    while (voters(new LogTail(cluster.log(witness), 0).text()) < cluster.size()) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            "after " + VOTE_BOUND + " member " + witness + " does not know of all votes");
      }
      Thread.sleep(STEP_MILLIS);
    }
  }

  /** How many voters the log speaks of last. */
  static int voters(String log) {
    int at = log.lastIndexOf(IN_FORCE);
    if (at < 0) {
      return 0;
    }
    int from = at + IN_FORCE.length();
    return log.substring(from, Math.max(from, log.indexOf(']', from))).split(",").length;
  }

  /** All but the newest, which the end of the log is in. */
  private static List<Path> closedSegments(Path dataDir) {
    try (Stream<Path> files = Files.list(dataDir.resolve("log"))) {
      List<Path> segments =
          files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
      return segments.subList(0, Math.max(0, segments.size() - 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Turns one bit of the half of a file that begins at that part of it, and returns where. */
  static long flip(Path path, double begin, RandomGenerator random) {
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long offset = (long) (file.size() * begin) + random.nextLong(file.size() / 2);
      ByteBuffer one = ByteBuffer.allocate(1);
      file.read(one, offset);
      one.put(0, (byte) (one.get(0) ^ 1 << random.nextInt(8))).rewind();
      file.write(one, offset);
      file.force(true);
      return offset;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
