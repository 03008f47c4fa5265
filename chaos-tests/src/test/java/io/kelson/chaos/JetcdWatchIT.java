package io.kelson.chaos;

import static io.kelson.chaos.Jetcd.bytes;
import static io.kelson.chaos.Jetcd.described;
import static io.kelson.chaos.Jetcd.done;
import static io.kelson.chaos.Jetcd.pair;
import static io.kelson.chaos.Jetcd.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** jetcd's Watch client on three real processes, one of which is killed under it. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
@LongRun
class JetcdWatchIT {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final int PUTS = 50;

  private ProcessCluster cluster;
  private Leadership leader;
  private Client client;
  private KV kv;

  /** Everything a watch was told, in order. */
  private static final class Heard implements Watch.Listener {
    private final List<WatchResponse> responses = new CopyOnWriteArrayList<>();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();

    @Override
    public void onNext(WatchResponse response) {
      responses.add(response);
    }

    @Override
    public void onError(Throwable problem) {
      errors.add(problem);
    }

    @Override
    public void onCompleted() {}

    List<WatchEvent> events() {
      return responses.stream().flatMap(response -> response.getEvents().stream()).toList();
    }

    List<String> said(long base) {
      return events().stream().map(event -> said(event, base)).toList();
    }

    private static String said(WatchEvent event, long base) {
      String before = event.getPrevKV().getVersion() == 0 ? "" : " was " + pair(event.getPrevKV());
      return event.getEventType() + " " + described(event.getKeyValue(), base) + before;
    }

    void await(int events) {
      Await.until(events + " events", BOUND, () -> events().size() >= events || !errors.isEmpty());
      assertThat(errors).isEmpty();
    }
  }

  @BeforeEach
  void start() {
    cluster = ProcessCluster.create(TestCluster.command(), TestCluster.directory("jetcd-watch"), 3);
    leader = cluster.startAll(BOUND);
    client = Jetcd.client(cluster.nodes());
    kv = client.getKVClient();
  }

  @AfterEach
  void stop() {
    if (client != null) {
      client.close();
    }
    cluster.close();
    cluster.deleteData();
  }

  private long put(String key, String value) {
    return done(kv.put(bytes(key), bytes(value))).getHeader().getRevision();
  }

  private Watch.Watcher watch(String prefix, WatchOption.Builder option, Heard heard) {
    return client.getWatchClient().watch(bytes(prefix), option.isPrefix(true).build(), heard);
  }

  @Test
  void thePastIsToldInOrderWithWhatWasThereBefore() {
    long first = put("w/a", "1");
    put("w/b", "2");
    put("elsewhere", "x");
    put("w/a", "3");
    done(kv.delete(bytes("w/"), DeleteOption.builder().isPrefix(true).build()));
    Heard all = new Heard();
    Heard puts = new Heard();
    Heard deletes = new Heard();
    try (Watch.Watcher a = watch("w/", past(first).withPrevKV(true), all);
        Watch.Watcher b = watch("w/", past(first).withNoDelete(true), puts);
        Watch.Watcher c = watch("w/", past(first).withNoPut(true), deletes)) {
      put("w/c", "4");
      all.await(6);
      assertThat(all.said(first))
          .containsExactly(
              "PUT w/a=1 [0, 0, 1]",
              "PUT w/b=2 [1, 1, 1]",
              "PUT w/a=3 [0, 3, 2] was w/a=1",
              "DELETE w/a= [" + -first + ", 4, 0] was w/a=3",
              "DELETE w/b= [" + -first + ", 4, 0] was w/b=2",
              "PUT w/c=4 [5, 5, 1]");
      puts.await(4);
      assertThat(puts.said(first))
          .containsExactly(
              "PUT w/a=1 [0, 0, 1]",
              "PUT w/b=2 [1, 1, 1]",
              "PUT w/a=3 [0, 3, 2]",
              "PUT w/c=4 [5, 5, 1]");
      deletes.await(2);
      assertThat(deletes.events())
          .extracting(event -> text(event.getKeyValue().getKey()))
          .containsExactly("w/a", "w/b");
      assertThat(a.isClosed() || b.isClosed() || c.isClosed()).isFalse();
    }
  }

  private static WatchOption.Builder past(long revision) {
    return WatchOption.builder().withRevision(revision);
  }

  @Test
  void progressIsToldWhenAskedForAndNeverAheadOfEvents() {
    long last = put("g/a", "1");
    Heard heard = new Heard();
    try (Watch.Watcher watcher = watch("g/", past(last).withCreateNotify(true), heard)) {
      heard.await(1);
      assertThat(heard.responses.get(0).isCreatedNotify()).isTrue();
      long other = put("elsewhere", "x");
      Await.until(
          "progress up to revision " + other,
          BOUND,
          () -> {
            watcher.requestProgress();
            return heard.responses.stream()
                .anyMatch(r -> r.isProgressNotify() && r.getHeader().getRevision() >= other);
          });
      put("g/b", "2");
      heard.await(2);
      long told = 0;
      for (WatchResponse response : heard.responses) {
        for (WatchEvent event : response.getEvents()) {
          assertThat(event.getKeyValue().getModRevision()).isGreaterThan(told);
        }
        if (response.isProgressNotify()) {
          told = response.getHeader().getRevision();
        }
      }
      assertThat(heard.said(last)).containsExactly("PUT g/a=1 [0, 0, 1]", "PUT g/b=2 [2, 2, 1]");
    }
  }

  @Test
  void aStartThatIsCompactedIsAnErrorThatNamesTheRevision() {
    long first = put("o/a", "1");
    put("o/a", "2");
    long last = put("o/a", "3");
    done(kv.compact(last));
    Heard heard = new Heard();
    try (Watch.Watcher watcher = watch("o/", past(first), heard)) {
      Await.until("the end of the watch", BOUND, () -> !heard.errors.isEmpty());
      assertThat(heard.errors.get(0)).isInstanceOf(CompactedException.class);
      assertThat(((CompactedException) heard.errors.get(0)).getCompactedRevision()).isEqualTo(last);
      assertThat(heard.events()).isEmpty();
      assertThat(watcher.isClosed()).isTrue();
    }
    Heard again = new Heard();
    try (Watch.Watcher watcher = watch("o/", past(last), again)) {
      again.await(1);
      assertThat(again.events())
          .extracting(event -> pair(event.getKeyValue()))
          .containsExactly("o/a=3");
      assertThat(watcher.isClosed()).isFalse();
    }
  }

  @Test
  void aWatchGoesOnElsewhereWhenItsMemberIsKilled() {
    Heard heard = new Heard();
    try (Watch.Watcher watcher = watchAt(leader, "k/", heard)) {
      for (int i = 0; i < PUTS; i++) {
        put("k/before" + i, "v" + i);
      }
      heard.await(PUTS);
      assertThat(memberOfLast(heard)).as("who serves the watch").isEqualTo(leader.memberId());
      leader.node().kill9();
      int acked = 0;
      for (int attempt = 0; acked < PUTS; attempt++) {
        assertThat(attempt).as("puts tried after the kill").isLessThan(100 * PUTS);
        acked += tryPut("k/after" + attempt) ? 1 : 0;
      }
      // What is there in the end, tried or acknowledged, is what the watch has to have told.
      List<String> there =
          done(
                  kv.get(
                      bytes("k/"),
                      GetOption.builder()
                          .isPrefix(true)
                          .withSortField(GetOption.SortTarget.MOD)
                          .withSortOrder(GetOption.SortOrder.ASCEND)
                          .build()))
              .getKvs()
              .stream()
              .map(pair -> described(pair, 0))
              .toList();
      assertThat(there).hasSizeGreaterThanOrEqualTo(2 * PUTS);
      // jetcd tells of every error that it survives; the end of the watch is another matter.
      Await.until(
          there.size() + " events",
          BOUND,
          () -> heard.events().size() >= there.size() || watcher.isClosed());
      assertThat(heard.events().stream().map(event -> described(event.getKeyValue(), 0)))
          .containsExactlyElementsOf(there);
      assertThat(memberOfLast(heard)).isNotEqualTo(leader.memberId());
      assertThat(watcher.isClosed()).isFalse();
    }
  }

  /** jetcd itself chooses the member that serves a watch, so it may take several clients. */
  private Watch.Watcher watchAt(Leadership wanted, String prefix, Heard heard) {
    for (int attempt = 0; attempt < 100; attempt++) {
      Watch.Watcher watcher = watch(prefix, past(1).withCreateNotify(true), heard);
      Await.until("a watch", BOUND, () -> !heard.responses.isEmpty());
      if (memberOfLast(heard) == wanted.memberId()) {
        return watcher;
      }
      watcher.close();
      heard.responses.clear();
      client.close();
      client = Jetcd.client(cluster.nodes());
      kv = client.getKVClient();
    }
    throw new IllegalStateException("jetcd never chose " + wanted);
  }

  private static long memberOfLast(Heard heard) {
    return heard.responses.get(heard.responses.size() - 1).getHeader().getMemberId();
  }

  /** Each try has a key of its own, so one whose outcome is unknown is told from the next. */
  private boolean tryPut(String key) {
    try {
      put(key, "v");
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }
}
