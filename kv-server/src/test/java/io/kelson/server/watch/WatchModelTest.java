package io.kelson.server.watch;

import static io.kelson.server.watch.FakeStore.delete;
import static io.kelson.server.watch.FakeStore.put;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchCreateRequest.FilterType;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.watch.WatchFixture.Client;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random writers, watchers, stalls, compactions and jumps, all on one thread from one seed; what
 * each client heard is then checked by {@link WatchOracle} against everything that happened.
 *
 * <p>To replay a failure, run this test with {@code -Dwatch.seed=N}; for a longer search with
 * {@code -Dwatch.seeds=COUNT}.
 */
class WatchModelTest {
  private static final WatchOptions OPTIONS = new WatchOptions(1000, 220, 700, 5, 400, 4, 6);

  /** The largest single revision: four keys with values of forty bytes and previous ones. */
  private static final long LARGEST_REVISION_BYTES = 4 * 300;

  static LongStream seeds() {
    Long seed = Long.getLong("watch.seed");
    return seed != null
        ? LongStream.of(seed)
        : LongStream.range(0, Long.getLong("watch.seeds", 200));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyWatcherHearsExactlyWhatHappened(long seed) {
    new Run(seed).play();
  }

  private static final class Run {
    private final Random random;
    private final WatchFixture fixture = new WatchFixture(OPTIONS);
    private final List<RevisionEvents> notHandedOver = new ArrayList<>();
    private final Map<Client, WatchOracle> clients = new LinkedHashMap<>();

    Run(long seed) {
      random = new Random(seed);
      fixture.store.duringRead(this::maybeDisturbRead);
    }

    void play() {
      int steps = 100 + random.nextInt(400);
      for (int i = 0; i < steps; i++) {
        step();
        requireBoundedQueues();
      }
      heal();
      for (WatchOracle oracle : clients.values()) {
        oracle.requireEverythingHeard(fixture.store.everything());
      }
    }

    private void step() {
      switch (random.nextInt(16)) {
        case 0, 1, 2, 3 -> write();
        case 4 -> handOver();
        case 5, 6 -> create();
        case 7 -> anyClient().cancel();
        case 8 -> anyClient().askProgress();
        case 9 -> anyClient().stallOrRead();
        case 10, 11 -> fixture.loop.runOne();
        case 12 -> fixture.background.runOne();
        case 13 -> fixture.timer.advance(random.nextInt(800));
        case 14 -> rare();
        default -> fixture.settle();
      }
    }

    private void rare() {
      switch (random.nextInt(6)) {
        case 0, 1 -> fixture.store.compact(1 + random.nextLong(fixture.store.currentRevision()));
        case 2 -> {
          notHandedOver.clear();
          fixture.hub.historyReplaced();
        }
        case 3 -> leave();
        default -> fixture.loop.runAll();
      }
    }

    private void write() {
      int revisions = 1 + random.nextInt(3);
      for (int i = 0; i < revisions; i++) {
        notHandedOver.add(fixture.store.commit(randomChanges()));
      }
      if (random.nextInt(4) > 0) {
        handOver();
      }
    }

    private void handOver() {
      if (!notHandedOver.isEmpty()) {
        fixture.hub.applied(List.copyOf(notHandedOver));
        notHandedOver.clear();
      }
    }

    private FakeStore.Change[] randomChanges() {
      Map<String, FakeStore.Change> changes = new LinkedHashMap<>();
      int count = 1 + random.nextInt(4);
      while (changes.size() < count) {
        String key = randomKey();
        boolean deletes = fixture.store.holds(key) && random.nextInt(3) == 0;
        changes.put(key, deletes ? delete(key) : put(key, "v".repeat(random.nextInt(40))));
      }
      return changes.values().toArray(FakeStore.Change[]::new);
    }

    private void maybeDisturbRead() {
      switch (random.nextInt(6)) {
        case 0 -> write();
        case 1 -> anyClient().cancel();
        case 2 -> fixture.store.compact(1 + random.nextLong(fixture.store.currentRevision()));
        default -> {
          // An undisturbed read.
        }
      }
    }

    private void create() {
      WatchCreateRequest.Builder request =
          WatchCreateRequest.newBuilder()
              .setKey(WatchFixture.bytes(randomKey()))
              .setStartRevision(randomStart())
              .setPrevKv(random.nextBoolean())
              .setFragment(random.nextInt(3) == 0)
              .setProgressNotify(random.nextBoolean())
              .setWatchId(random.nextInt(4) == 0 ? 1 + random.nextInt(8) : 0);
      switch (random.nextInt(4)) {
        case 0 -> request.setRangeEnd(ByteString.copyFrom(new byte[] {0}));
        case 1 -> request.setRangeEnd(WatchFixture.bytes(randomKey()));
        default -> {
          // A single key.
        }
      }
      switch (random.nextInt(6)) {
        case 0 -> request.addFilters(FilterType.NOPUT);
        case 1 -> request.addFilters(FilterType.NODELETE);
        default -> {
          // No filter.
        }
      }
      anyClient().create(request.build());
    }

    private long randomStart() {
      long current = fixture.store.currentRevision();
      return switch (random.nextInt(8)) {
        case 0, 1 -> 0;
        case 2 -> current + random.nextInt(10);
        case 3 -> -1;
        default -> Math.max(0, current - random.nextInt(40));
      };
    }

    private String randomKey() {
      return "k" + random.nextInt(8);
    }

    private WatchOracle anyClient() {
      if (clients.size() < 3 || random.nextInt(20) == 0) {
        Client opened = fixture.open();
        clients.put(opened, new WatchOracle(opened, OPTIONS, random));
      }
      List<WatchOracle> all = List.copyOf(clients.values());
      return all.get(random.nextInt(all.size()));
    }

    /** A client goes away in the middle; what it heard until then must still be right. */
    private void leave() {
      if (clients.size() > 3) {
        Client gone = List.copyOf(clients.keySet()).get(random.nextInt(clients.size()));
        gone.stream().cancelled();
        fixture.loop.runAll();
        WatchOracle oracle = clients.remove(gone);
        oracle.requireNothingWrong(fixture.store.everything());
        Assertions.assertThat(gone.sink().status().getCode()).isEqualTo(Status.Code.CANCELLED);
      }
    }

    private void heal() {
      handOver();
      fixture.hub.historyReplaced();
      fixture.store.duringRead(() -> {});
      for (WatchOracle oracle : clients.values()) {
        oracle.readOn();
      }
      fixture.settle();
    }

    private void requireBoundedQueues() {
      long most =
          Math.max(
                  OPTIONS.streamQueueBytes(),
                  OPTIONS.streamQueueBytes() / 2 + OPTIONS.catchUpBytes() * 4)
              + LARGEST_REVISION_BYTES;
      for (Client client : clients.keySet()) {
        Assertions.assertThat(client.stream().queue().eventBytes()).isBetween(0L, most);
      }
    }
  }
}
