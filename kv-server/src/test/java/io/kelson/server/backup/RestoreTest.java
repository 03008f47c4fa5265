package io.kelson.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.stub.StreamObserver;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseTimeToLiveRequest;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.server.StartFailure;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfigBuilder;
import io.kelson.server.mvcc.StoreFacts;
import io.kelson.server.repair.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that begin with a backup. */
class RestoreTest {
  private static final long LEASE = 77;

  @TempDir static Path shared;

  private static Path backup;
  private static long revision;
  private static int hash;
  private static List<String> keys;

  @TempDir Path directory;

  @BeforeAll
  static void save() throws Exception {
    try (LocalCluster source = new LocalCluster(shared.resolve("source"), 1)) {
      source.startAll();
      source.ask(
          0,
          channel ->
              LeaseGrpc.newBlockingStub(channel)
                  .leaseGrant(LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(5000).build()));
      for (int i = 0; i < 300; i++) {
        revision = Saved.put(source, 0, "k" + i % 100, "v" + i);
      }
      backup = Saved.by(source, 0, shared.resolve("backup.db"));
      hash = Saved.hash(source, 0, 0).getHash();
      keys = source.keys(0);
    }
  }

  private static Restore.Result restore(LocalCluster target, int member) throws IOException {
    return restore(target, member, backup, 0, settings -> {});
  }

  private static Restore.Result restore(
      LocalCluster target, int member, Path file, long bump, Consumer<ServerConfigBuilder> others)
      throws IOException {
    return Restore.carryOut(
        new Restore.Request(file, target.config(member, others), bump, bump > 0, false));
  }

  @Test
  void oneMemberHasEverythingAndGoesOn() throws Exception {
    try (LocalCluster target = new LocalCluster(directory, 1)) {
      restore(target, 0);
      target.startAll();
      assertThat(Saved.hash(target, 0, 0).getHash()).isEqualTo(hash);
      assertThat(Saved.all(target, 0, 0).getHeader().getRevision()).isEqualTo(revision);
      assertThat(target.keys(0)).isEqualTo(keys);
      assertThat(Saved.all(target, 0, revision - 150).getKvsList()).isNotEmpty();
      assertThat(target.members(0))
          .singleElement()
          .satisfies(m -> assertThat(m.getName()).isEqualTo("m0"));
      long left =
          target.ask(
              0,
              channel ->
                  LeaseGrpc.newBlockingStub(channel)
                      .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(LEASE).build())
                      .getTTL());
      assertThat(left).isBetween(1L, 5000L);
      assertThat(Saved.put(target, 0, "more", "")).isEqualTo(revision + 1);
      target.stop(0);
      target.start(0);
      target.awaitReady(0);
      assertThat(target.keys(0)).contains("more");
    }
  }

  @Test
  void threeMembersHoldTheSame() throws Exception {
    try (LocalCluster target = new LocalCluster(directory, 3)) {
      for (int i = 0; i < 3; i++) {
        restore(target, i);
      }
      target.startAll();
      Saved.put(target, 1, "new", "");
      for (int i = 0; i < 3; i++) {
        assertThat(target.keys(i)).hasSize(keys.size() + 1);
        assertThat(Saved.hash(target, i, revision).getHash()).isEqualTo(hash);
      }
      assertThat(Saved.hash(target, 0, 0).getHash())
          .isEqualTo(Saved.hash(target, 1, 0).getHash())
          .isEqualTo(Saved.hash(target, 2, 0).getHash());
      assertThat(target.failures).isEmpty();
    }
  }

  @Test
  void bumpedRevisionsTellWatchersToBeginAnew() throws Exception {
    long bump = 1_000_000;
    try (LocalCluster target = new LocalCluster(directory, 1)) {
      StoreFacts facts = restore(target, 0, backup, bump, s -> {}).facts();
      assertThat(facts.revision()).isEqualTo(revision + bump);
      assertThat(facts.compactRevision()).isEqualTo(revision + bump);
      target.startAll();
      // What a client saw after the backup, it may have seen up to here.
      for (long seen : List.of(1L, revision, revision + 1, revision + bump - 1)) {
        WatchResponse answer = watch(target, seen);
        assertThat(answer.getCanceled()).isTrue();
        assertThat(answer.getCompactRevision()).isEqualTo(revision + bump);
      }
      assertThat(target.keys(0)).isEqualTo(keys);
      assertThat(Saved.put(target, 0, "k", "")).isEqualTo(revision + bump + 1);
      WatchResponse fresh = watch(target, revision + bump + 1);
      assertThat(fresh.getEvents(0).getKv().getKey().toStringUtf8()).isEqualTo("k");
    }
  }

  /** The first answer that is more than that the watch was created. */
  private static WatchResponse watch(LocalCluster target, long from) {
    return target.ask(
        0,
        channel -> {
          BlockingQueue<WatchResponse> answers = new LinkedBlockingQueue<>();
          StreamObserver<WatchRequest> requests =
              WatchGrpc.newStub(channel).watch(collect(answers));
          requests.onNext(
              WatchRequest.newBuilder()
                  .setCreateRequest(
                      WatchCreateRequest.newBuilder()
                          .setKey(Saved.bytes("k"))
                          .setRangeEnd(Saved.bytes("l"))
                          .setStartRevision(from))
                  .build());
          WatchResponse answer = take(answers);
          return answer.getCanceled() || answer.getEventsCount() > 0 ? answer : take(answers);
        });
  }

  private static WatchResponse take(BlockingQueue<WatchResponse> answers) {
    try {
      WatchResponse answer = answers.poll(60, TimeUnit.SECONDS);
      assertThat(answer).isNotNull();
      return answer;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static StreamObserver<WatchResponse> collect(BlockingQueue<WatchResponse> answers) {
    return new StreamObserver<>() {
      @Override
      public void onNext(WatchResponse answer) {
        answers.add(answer);
      }

      @Override
      public void onError(Throwable problem) {}

      @Override
      public void onCompleted() {}
    };
  }

  @Test
  void revisionsDoNotOverflow() throws Exception {
    try (LocalCluster target = new LocalCluster(directory, 1)) {
      assertThatThrownBy(() -> restore(target, 0, backup, Long.MAX_VALUE, s -> {}))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("choose a smaller --bump-revision");
      assertThat(target.dataDir(0)).doesNotExist();
    }
  }

  @Test
  void aDirectoryThatHoldsSomethingIsLeftAlone() throws Exception {
    try (LocalCluster target = new LocalCluster(directory, 1)) {
      restore(target, 0);
      assertThatThrownBy(() -> restore(target, 0))
          .hasMessageContaining("is not empty")
          .hasMessageContaining("IDENTITY")
          .hasMessageContaining(target.dataDir(0).toString());
      target.startAll();
      assertThatThrownBy(() -> restore(target, 0)).hasMessageContaining("in use by");
      target.stop(0);
    }
    Path foreign = Files.createDirectories(directory.resolve("foreign"));
    Files.writeString(foreign.resolve("notes.txt"), "mine");
    try (LocalCluster target = new LocalCluster(directory, 1)) {
      assertThatThrownBy(() -> restore(target, 0, backup, 0, s -> s.dataDir(foreign)))
          .hasMessageContaining("notes.txt");
      assertThat(foreign.resolve("notes.txt")).hasContent("mine");
      assertThat(foreign.resolve("restoring")).doesNotExist();
    }
  }

  @Test
  void anEmptyDirectoryWillDo() throws Exception {
    Files.createDirectories(directory.resolve("m0/lost+found"));
    try (LocalCluster target = new LocalCluster(directory, 1)) {
      restore(target, 0);
      target.startAll();
      assertThat(target.keys(0)).isEqualTo(keys);
    }
  }

  @Test
  void otherFlagsThanThoseOfTheRestoreDoNotStart() throws Exception {
    try (LocalCluster target = new LocalCluster(directory, 1)) {
      restore(target, 0, backup, 0, s -> s.initialClusterToken("restored"));
      assertThatThrownBy(() -> target.start(0))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("--initial-cluster-token was \"restored\"");
      target.start(0, s -> s.initialClusterToken("restored"));
      target.awaitReady(0);
    }
  }

  /** Each as a crash leaves it, made from a directory that came to its end. */
  @Test
  void aRestoreThatWasInterruptedDoesNotStartAndIsRunAgain() throws Exception {
    List<List<String>> movedUp =
        List.of(
            List.of(),
            List.of("log"),
            List.of("store"),
            List.of("log", "store"),
            List.of("log", "store", "BEGUN"));
    for (List<String> up : movedUp) {
      Path member = directory.resolve("m0");
      try (LocalCluster target = new LocalCluster(directory, 1)) {
        restore(target, 0);
        Path inner = Files.createDirectory(member.resolve("restoring"));
        for (String part : List.of("log", "store")) {
          if (!up.contains(part)) {
            Files.move(member.resolve(part), inner.resolve(part), StandardCopyOption.ATOMIC_MOVE);
          }
        }
        if (!up.contains("BEGUN")) {
          Files.delete(member.resolve("BEGUN"));
        }
        Files.delete(member.resolve("IDENTITY"));
        assertThatThrownBy(() -> target.start(0))
            .isInstanceOf(StartFailure.class)
            .hasMessageContaining("was interrupted; run it again");
        restore(target, 0);
        target.startAll();
        assertThat(target.keys(0)).isEqualTo(keys);
      }
      deleteTree(member);
    }
  }

  @Test
  void aCrashAfterTheLastStepIsNone() throws Exception {
    try (LocalCluster target = new LocalCluster(directory, 1)) {
      restore(target, 0);
      Files.createDirectory(target.dataDir(0).resolve("restoring"));
      target.startAll();
      assertThat(target.keys(0)).isEqualTo(keys);
    }
  }

  @Test
  void membersOfDifferentBackupsDoNotMix() throws Exception {
    Path later;
    try (LocalCluster source = new LocalCluster(directory.resolve("other"), 1)) {
      source.startAll();
      source.put(0, "a");
      later = Saved.by(source, 0, directory.resolve("later.db"));
    }
    try (LocalCluster target = new LocalCluster(directory, 2)) {
      restore(target, 0);
      restore(target, 1, later, 0, s -> {});
      target.start(0);
      target.start(1);
      Throwable first = target.failures.poll(60, TimeUnit.SECONDS);
      assertThat(first)
          .hasMessageContaining("their data does not belong together")
          .hasMessageContaining("began with restored backup");
    }
  }

  @Test
  void membersOfDifferentTokensDoNotJoin() throws Exception {
    try (LocalCluster target = new LocalCluster(directory, 2)) {
      restore(target, 0, backup, 0, s -> s.initialClusterToken("one"));
      restore(target, 1, backup, 0, s -> s.initialClusterToken("two"));
      var one = target.start(0, s -> s.initialClusterToken("one"));
      var two = target.start(1, s -> s.initialClusterToken("two"));
      // Several election timeouts.
      assertThat(one.awaitReady(java.time.Duration.ofSeconds(4))).isFalse();
      assertThat(one.status().leader()).isZero();
      assertThat(two.status().leader()).isZero();
    }
  }

  @Test
  void aRestoredMemberThatIsWipedIsNotRestoredAgainBehindTheOthersBacks() throws Exception {
    try (LocalCluster target = new LocalCluster(directory, 3)) {
      for (int i = 0; i < 3; i++) {
        restore(target, i);
      }
      target.startAll();
      target.stop(2);
      deleteTree(target.dataDir(2));
      restore(target, 2);
      assertThatThrownBy(() -> target.start(2)).hasMessageContaining("has run before");
    }
  }

  @Test
  void aLonelyClusterOfManyCanBeMadeOne() throws Exception {
    try (LocalCluster target = new LocalCluster(directory, 3)) {
      Consumer<ServerConfigBuilder> alone =
          s -> s.initialCluster(InitialCluster.single("m1", List.of(target.peerUrl(1))));
      restore(target, 1, backup, 0, alone);
      target.start(1, alone);
      target.awaitReady(1);
      assertThat(target.members(1)).hasSize(1);
    }
  }

  private static void deleteTree(Path path) throws IOException {
    try (Stream<Path> tree = Files.walk(path)) {
      for (Path each : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
