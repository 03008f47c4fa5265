package io.kelson.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.check.Verdict.Outcome;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.chaos.history.WatchRecord.Events;
import io.kelson.chaos.history.WatchRecord.Item;
import io.kelson.chaos.history.WatchRecord.Progress;
import io.kelson.client.KeyValue;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Takes what a sound watcher heard and changes one thing: each change must be found. */
class WatchMutationTest {
  private static final int MUTANTS = 80;

  private static Outcome check(Run run, List<Item> heard) {
    WatchOptions options =
        WatchOptions.builder(Run.b("k")).prefix().prevKv(true).startRevision(11).build();
    run.watches.clear();
    run.watches.add(new WatchRecord(1, 0, 0, 10, options, heard, 0));
    return new WatchChecker().check(run.evidence()).outcome();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void anyChangeOfWhatWasHeardIsFound(long seed) {
    Run run = RandomRuns.mixed(seed, 400);
    Random random = new Random(seed);
    List<Item> sound = new ArrayList<>();
    for (WatchBatch batch : run.store.log()) {
      sound.add(new Events(0, batch.header().revision(), batch.events()));
    }
    sound.add(new Progress(0, run.store.revision()));
    assertThat(check(run, sound)).isEqualTo(Outcome.HELD);
    for (int i = 0; i < MUTANTS; i++) {
      List<Item> heard = new ArrayList<>(sound);
      int which = random.nextInt(heard.size() - 2);
      Events events = (Events) heard.get(which);
      int kind = random.nextInt(7);
      switch (kind) {
        case 0 -> heard.remove(which);
        case 1 -> heard.add(which, events);
        case 2 -> heard.set(which, heard.set(which + 1, events));
        case 3 -> heard.set(which, part(events, random));
        case 4 -> heard.set(which, changed(events, random));
        case 5 -> heard.add(which, new Progress(0, events.headerRevision()));
        default -> {
          heard.set(which, new Events(0, events.headerRevision(), head(events)));
          heard.add(which + 1, new Events(0, events.headerRevision(), tail(events)));
        }
      }
      assertThat(check(run, heard)).as("kind %d at %s", kind, events).isEqualTo(Outcome.BROKEN);
    }
  }

  private static List<WatchEvent> head(Events events) {
    return events.events().subList(0, events.events().size() / 2);
  }

  /** Of a single event there are no two halves; an empty batch is a fault as well. */
  private static List<WatchEvent> tail(Events events) {
    return events.events().subList(events.events().size() / 2, events.events().size());
  }

  private static Events part(Events events, Random random) {
    List<WatchEvent> part = new ArrayList<>(events.events());
    part.remove(random.nextInt(part.size()));
    return new Events(0, events.headerRevision(), part);
  }

  private static Events changed(Events events, Random random) {
    List<WatchEvent> changed = new ArrayList<>(events.events());
    int which = random.nextInt(changed.size());
    WatchEvent event = changed.get(which);
    KeyValue kv = event.kv();
    KeyValue other =
        switch (random.nextInt(3)) {
          case 0 ->
              new KeyValue(
                  kv.key(),
                  kv.createRevision() + 1,
                  kv.modRevision(),
                  kv.version(),
                  kv.value(),
                  kv.lease());
          case 1 ->
              new KeyValue(
                  kv.key(),
                  kv.createRevision(),
                  kv.modRevision(),
                  kv.version() + 1,
                  kv.value(),
                  kv.lease());
          default -> kv;
        };
    Optional<KeyValue> previous =
        event.prevKv().isEmpty() || !other.equals(kv) ? Optional.of(kv) : Optional.empty();
    changed.set(which, new WatchEvent(event.type(), other, previous));
    return new Events(0, events.headerRevision(), changed);
  }
}
