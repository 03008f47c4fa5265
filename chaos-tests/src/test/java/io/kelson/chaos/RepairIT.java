package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.ClusterGrpc;
import io.kelson.api.Member;
import io.kelson.api.MemberListRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All three members of a cluster lose their data, one after the other and each in another way, and
 * come back with {@code kelson repair} and the command that always started them, while clients
 * write: nothing acknowledged is lost, although in the end nobody holds what he held at first.
 */
class RepairIT {
  private static final Logger log = LoggerFactory.getLogger(RepairIT.class);
  private static final Duration BOUND = Duration.ofSeconds(90);
  private static final int CLIENTS = 4;
  private static final long PUTS_FIRST = 3_000;
  private static final long PUTS_BETWEEN = 300;
  private static final String PREFIX = "repair/";

  /** More than the first segment of a log holds, so that it is closed. */
  private static final int LARGE_PUTS = 20;

  private static final String LARGE_VALUE = "x".repeat(512 << 10);

  private final AtomicLong acked = new AtomicLong();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final List<MemberClient> members = new CopyOnWriteArrayList<>();
  private final List<PutClient> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private NodeCommand command;

  @FunctionalInterface
  private interface Accident {
    void befall(Path dataDir) throws IOException;
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void everyMemberLosesItsDataInTurnAndComesBack() throws Exception {
    command = TestCluster.command();
    Assumptions.assumeTrue(command.product().equals("kelson"), "etcd has no repair command");
    ProcessCluster cluster = ProcessCluster.create(command, TestCluster.directory("repair"), 3);
    try (cluster) {
      cluster.startAll(BOUND);
      cluster.nodes().forEach(node -> members.add(cluster.client(node)));
      for (int i = 0; i < LARGE_PUTS; i++) {
        cluster.client(cluster.nodes().get(0)).put("large/" + i, LARGE_VALUE);
      }
      startClients();
      awaitWrites(PUTS_FIRST, "at first");
      Set<Long> founders = ids(cluster, cluster.nodes().get(0));

      lose(cluster, 0, RepairIT::flipByteInClosedSegment, "offset", List.of());
      lose(cluster, 1, RepairIT::deleteClosedSegment, "the segment is missing", List.of());
      ClusterNode third = cluster.nodes().get(2);
      lose(
          cluster,
          2,
          RepairIT::deleteTree,
          "has run before",
          List.of("--initial-advertise-peer-urls", third.spec().peerUrl()));

      stopClients();
      assertThat(ids(cluster, third)).hasSize(3).doesNotContainAnyElementsOf(founders);
      verify(cluster);
    } catch (Exception | AssertionError e) {
      e.addSuppressed(new IllegalStateException(cluster.logTails()));
      throw e;
    } finally {
      stop.set(true);
    }
    cluster.deleteData();
  }

  private void lose(
      ProcessCluster cluster, int which, Accident accident, String words, List<String> flags)
      throws Exception {
    ClusterNode node = cluster.nodes().get(which);
    members.remove(cluster.client(node));
    node.kill9();
    accident.befall(node.spec().dataDir());
    node.start();
    assertThat(node.awaitExit(BOUND)).as("exit code of a start on damaged data").isEqualTo(1);
    assertThat(node.logTail())
        .contains(words)
        .contains("kelson repair --data-dir " + node.spec().dataDir() + " --endpoints ");

    ClusterNode other = cluster.nodes().get((which + 1) % 3);
    Set<Long> before = ids(cluster, other);
    awaitWrites(PUTS_BETWEEN, "while " + node.name() + " is away");
    String printed = repair(node, other, flags);
    assertThat(printed).contains("repaired: start the member");
    log.info("{}: {}", node.name(), printed);

    node.start();
    cluster.awaitReady(BOUND);
    Await.until(
        node.name() + " votes, under a new id",
        BOUND,
        () -> {
          List<Member> now = list(cluster, other);
          return now.size() == 3
              && now.stream()
                  .anyMatch(
                      m ->
                          m.getName().equals(node.name())
                              && !m.getIsLearner()
                              && !before.contains(m.getID()));
        });
    long id =
        list(cluster, other).stream()
            .filter(m -> m.getName().equals(node.name()))
            .findFirst()
            .orElseThrow()
            .getID();
    // Listed as a voter from the start, it is given its vote when it has caught up.
    Await.until(node.name() + " has its vote", BOUND, () -> hasVote(other, id));
    members.add(cluster.client(node));
    awaitWrites(PUTS_BETWEEN, "with " + node.name() + " again");
  }

  /** As another member last said which members are in force. */
  private static boolean hasVote(ClusterNode witness, long id) {
    try {
      String said = Files.readString(witness.logFile());
      int at = said.lastIndexOf("the members in force are voters [");
      return at >= 0 && said.substring(at, said.indexOf(']', at)).contains(Long.toHexString(id));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String repair(ClusterNode node, ClusterNode other, List<String> flags)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of(command.prefix().get(0), "repair", "--yes"));
    line.add("--data-dir=" + node.spec().dataDir());
    line.add("--endpoints=http://" + other.spec().endpoint());
    line.addAll(flags);
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("KELSON_NO_BUILD", "1");
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(printed).isZero();
    return printed;
  }

  /** In the middle of the oldest segment, which is closed and full of entries. */
  private static void flipByteInClosedSegment(Path dataDir) throws IOException {
    Path segment = oldestSegment(dataDir);
    try (FileChannel file =
        FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      long middle = file.size() / 2;
      file.read(one, middle);
      one.put(0, (byte) (one.get(0) ^ 1)).rewind();
      file.write(one, middle);
    }
  }

  private static void deleteClosedSegment(Path dataDir) throws IOException {
    Files.delete(oldestSegment(dataDir));
  }

  private static Path oldestSegment(Path dataDir) throws IOException {
    try (Stream<Path> files = Files.list(dataDir.resolve("log"))) {
      List<Path> segments =
          files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
      assertThat(segments).as("segments, of which one is closed").hasSizeGreaterThan(1);
      return segments.get(0);
    }
  }

  private static void deleteTree(Path dataDir) throws IOException {
    try (Stream<Path> paths = Files.walk(dataDir)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private void startClients() {
    for (int id = 0; id < CLIENTS; id++) {
      PutClient client = new PutClient(id, PREFIX, members, stop::get, acked);
      clients.add(client);
      Thread thread = new Thread(client, "put-client-" + id);
      threads.add(thread);
      thread.start();
    }
  }

  private void stopClients() throws InterruptedException {
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void awaitWrites(long more, String when) {
    long target = acked.get() + more;
    Await.until(more + " more puts " + when, BOUND, () -> acked.get() >= target);
  }

  private static List<Member> list(ProcessCluster cluster, ClusterNode asked) {
    return ClusterGrpc.newBlockingStub(cluster.client(asked).channel())
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
        .getMembersList();
  }

  private static Set<Long> ids(ProcessCluster cluster, ClusterNode asked) {
    return list(cluster, asked).stream().map(Member::getID).collect(Collectors.toSet());
  }

  private void verify(ProcessCluster cluster) {
    List<PutRecord> puts = clients.stream().flatMap(c -> c.records().stream()).toList();
    log.info("{} puts, {} acknowledged", puts.size(), acked.get());
    assertThat(HistoryCheck.uniqueRevisions(puts)).isEmpty();
    ClusterNode first = cluster.nodes().get(0);
    long revision = cluster.client(first).get(PREFIX, false).getHeader().getRevision();
    Map<String, List<StoredKey>> states = new HashMap<>();
    Set<List<StoredKey>> large = new HashSet<>();
    for (ClusterNode node : cluster.nodes()) {
      MemberClient member = cluster.client(node);
      Await.until(
          node.name() + " at revision " + revision,
          BOUND,
          () -> member.get(PREFIX, true).getHeader().getRevision() >= revision);
      states.put(node.name(), member.allAt(PREFIX, revision));
      large.add(
          Stream.iterate(0, i -> i + 1)
              .limit(LARGE_PUTS)
              .map(i -> StoredKey.of(member.get("large/" + i, true).getKvs(0)))
              .toList());
    }
    assertThat(large).as("large values, equal everywhere").hasSize(1);
    states.forEach(
        (name, state) -> {
          assertThat(HistoryCheck.stateHolds(name, puts, state)).isEmpty();
          assertThat(HistoryCheck.sameState(first.name(), states.get(first.name()), name, state))
              .isEmpty();
        });
  }
}
