package io.kelson.chaos.check;

import static io.kelson.chaos.check.Run.b;
import static io.kelson.chaos.check.Run.one;
import static io.kelson.chaos.check.Run.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.check.Verdict.Outcome;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.chaos.history.WatchRecord.Events;
import io.kelson.chaos.history.WatchRecord.Interrupted;
import io.kelson.chaos.history.WatchRecord.Item;
import io.kelson.chaos.history.WatchRecord.Progress;
import io.kelson.client.DeleteOp;
import io.kelson.client.KeyValue;
import io.kelson.client.PutOp;
import io.kelson.client.TxnOp;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a watcher may hear and what it may not. */
class WatchCheckerTest {
  private final Run run = new Run();
  private final List<Item> heard = new ArrayList<>();
  private WatchOptions options =
      WatchOptions.builder(b("k")).prefix().prevKv(true).startRevision(11).build();

  /** Revisions 11 to 15: create, create two, change, delete, create again. */
  @BeforeEach
  void fill() {
    run.ok(1, 0, 1, put("k1", "a"));
    run.ok(
        1,
        2,
        3,
        TxnOp.builder().then(PutOp.of(b("k2"), b("b")), PutOp.of(b("k3"), b("b"))).build());
    run.ok(1, 4, 5, put("k1", "c"));
    run.ok(1, 6, 7, one(DeleteOp.key(b("k1"))));
    run.ok(1, 8, 9, put("k1", "d"));
    for (WatchBatch batch : run.store.log()) {
      heard.add(new Events(0, batch.header().revision(), batch.events()));
    }
  }

  private List<WatchEvent> at(int index) {
    return run.store.log().get(index).events();
  }

  private static Events events(long header, List<WatchEvent> events) {
    return new Events(0, header, events);
  }

  private WatchRecord record(long compacted) {
    return new WatchRecord(7, 0, 0, 10, options, heard, compacted);
  }

  private Verdict check() {
    run.watches.clear();
    run.watches.add(record(0));
    return new WatchChecker().check(run.evidence());
  }

  private void broken(String promise) {
    Verdict verdict = check();
    assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.BROKEN);
    assertThat(verdict.findings().get(0)).startsWith(promise + ":");
  }

  private void held() {
    Verdict verdict = check();
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
  }

  @Test
  void everythingInOrderHolds() {
    held();
    heard.add(2, new Progress(0, 12));
    heard.add(4, new Interrupted(0, "reset"));
    heard.add(new Progress(0, 20));
    held();
  }

  @Test
  void nothingHeardIsNoPass() {
    heard.clear();
    assertThat(check().outcome()).isEqualTo(Outcome.UNDECIDED);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void soundWatchersOfRandomRunsHold(long seed) {
    Run random = RandomRuns.mixed(seed, 800);
    Random choice = new Random(seed);
    for (int i = 0; i < 20; i++) {
      random.watches.add(soundWatcher(random, choice));
    }
    Verdict verdict = new WatchChecker().check(random.evidence());
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
    assertThat(verdict.counts().get("events")).isGreaterThan(500);
  }

  private static WatchRecord soundWatcher(Run run, Random choice) {
    long created = run.store.log().get(choice.nextInt(50)).header().revision();
    boolean fromThere = choice.nextBoolean();
    WatchOptions options =
        WatchOptions.builder(b("k" + choice.nextInt(4)))
            .rangeEnd(choice.nextInt(4) == 0 ? io.kelson.client.Bytes.EMPTY : b("k6"))
            .startRevision(fromThere ? created + 3 : 0)
            .prevKv(choice.nextBoolean())
            .noPut(choice.nextInt(5) == 0)
            .noDelete(choice.nextInt(5) == 0)
            .build();
    long start = fromThere ? created + 3 : created + 1;
    List<Item> items = new ArrayList<>();
    List<WatchEvent> batch = new ArrayList<>();
    for (WatchBatch revision : run.store.log()) {
      if (revision.header().revision() < start) {
        continue;
      }
      revision.events().stream()
          .filter(e -> View.contains(options.key(), options.rangeEnd(), e.kv().key()))
          .filter(e -> !(e.type() == WatchEvent.Type.PUT ? options.noPut() : options.noDelete()))
          .map(e -> options.prevKv() ? e : new WatchEvent(e.type(), e.kv(), Optional.empty()))
          .forEach(batch::add);
      if (!batch.isEmpty() && choice.nextInt(3) > 0) {
        items.add(events(revision.header().revision(), batch));
        batch.clear();
      }
      if (batch.isEmpty() && choice.nextInt(20) == 0) {
        items.add(
            choice.nextBoolean()
                ? new Progress(0, revision.header().revision())
                : new Interrupted(0, "reset"));
      }
    }
    return new WatchRecord(1, 0, 0, created, options, items, 0);
  }

  @Test
  void reorderedEventsAreFound() {
    heard.set(2, events(14, at(3)));
    heard.set(3, events(14, at(2)));
    Verdict verdict = check();
    assertThat(verdict.findings()).anyMatch(finding -> finding.startsWith("ordered:"));
  }

  @Test
  void headerOlderThanItsEventsIsFound() {
    heard.set(2, events(12, at(2)));
    broken("ordered");
  }

  @Test
  void eventDeliveredAgainIsFound() {
    heard.add(3, events(13, at(2)));
    broken("unique");
  }

  @Test
  void eventTwiceInOneBatchIsFound() {
    heard.set(2, events(13, List.of(at(2).get(0), at(2).get(0))));
    broken("unique");
  }

  @Test
  void eventDeliveredAgainAfterAnInterruptionIsFound() {
    heard.add(3, new Interrupted(0, "reset"));
    heard.add(4, events(13, at(2)));
    broken("unique");
  }

  @Test
  void revisionInTwoBatchesIsFound() {
    heard.set(1, events(12, at(1).subList(0, 1)));
    heard.add(2, events(12, at(1).subList(1, 2)));
    broken("atomic");
    assertThat(check().findings()).hasSize(2).allMatch(finding -> finding.startsWith("atomic:"));
  }

  @Test
  void halfARevisionIsFound() {
    heard.set(1, events(12, at(1).subList(0, 1)));
    broken("reliable");
  }

  @Test
  void missingEventIsFound() {
    heard.remove(2);
    broken("reliable");
  }

  @Test
  void missingFirstEventIsFound() {
    heard.remove(0);
    broken("reliable");
  }

  @Test
  void eventLostInAnInterruptionIsFound() {
    heard.set(2, new Interrupted(0, "reset"));
    broken("resumable");
  }

  @Test
  void eventThatNeverHappenedIsFound() {
    Run other = new Run();
    other.ok(1, 0, 1, put("k9", "ghost"));
    heard.set(0, events(11, List.of(at(0).get(0), other.store.log().get(0).events().get(0))));
    broken("reliable");
  }

  @Test
  void eventBeforeTheStartIsFound() {
    options = WatchOptions.builder(b("k")).prefix().prevKv(true).startRevision(12).build();
    broken("resumable");
  }

  @Test
  void progressThatPromisesTooMuchIsFound() {
    heard.add(2, new Progress(0, 13));
    broken("bookmarkable");
    assertThat(check().findings()).anyMatch(finding -> finding.contains("after the progress"));
  }

  @Test
  void progressBehindTheEventsIsFound() {
    heard.add(3, new Progress(0, 12));
    broken("bookmarkable");
  }

  @Test
  void eventHeldBackToTheEndIsFoundByTheLastProgress() {
    heard.remove(4);
    held();
    heard.add(new Progress(0, 15));
    broken("bookmarkable");
  }

  @Test
  void progressOfAWatchFromTheFutureIsFound() {
    options = WatchOptions.builder(b("k")).prefix().startRevision(50).build();
    heard.clear();
    heard.add(new Progress(0, 15));
    run.watches.add(record(0));
    Verdict verdict = new WatchChecker().check(run.evidence());
    assertThat(verdict.findings()).singleElement().asString().startsWith("bookmarkable");
  }

  @Test
  void wrongAndMissingAndUnaskedPreviousValuesAreFound() {
    WatchEvent change = at(2).get(0);
    WatchEvent wrong = new WatchEvent(change.type(), change.kv(), Optional.of(change.kv()));
    heard.set(2, events(13, List.of(wrong)));
    broken("prev-kv");
    WatchEvent none = new WatchEvent(change.type(), change.kv(), Optional.empty());
    heard.set(2, events(13, List.of(none)));
    broken("prev-kv");
    heard.set(2, events(13, List.of(change)));
    held();
    options = WatchOptions.builder(b("k")).prefix().startRevision(11).build();
    broken("prev-kv");
  }

  @Test
  void creationThatIsNoneIsFound() {
    KeyValue kv = at(2).get(0).kv();
    KeyValue created = new KeyValue(kv.key(), kv.modRevision(), kv.modRevision(), 1, kv.value(), 0);
    heard.set(
        2, events(13, List.of(new WatchEvent(WatchEvent.Type.PUT, created, Optional.empty()))));
    broken("is-create");
  }

  @Test
  void wrongValueIsFound() {
    KeyValue kv = at(2).get(0).kv();
    KeyValue other = new KeyValue(kv.key(), kv.createRevision(), 13, 2, b("z"), 0);
    heard.set(
        2, events(13, List.of(new WatchEvent(WatchEvent.Type.PUT, other, at(2).get(0).prevKv()))));
    broken("reliable");
  }

  @Test
  void eventsThatWereToBeLeftOutAreFound() {
    options =
        WatchOptions.builder(b("k")).prefix().prevKv(true).startRevision(11).noDelete(true).build();
    broken("filters");
    options = WatchOptions.builder(b("k1")).prevKv(true).startRevision(11).build();
    broken("filters");
  }

  @Test
  void endByACompactionThatDidNotTakeWhatWasNeededIsFound() {
    heard.subList(1, 5).clear();
    run.watches.add(record(13));
    assertThat(new WatchChecker().check(run.evidence()).outcome()).isEqualTo(Outcome.HELD);
    run.watches.set(0, record(12));
    Verdict verdict = new WatchChecker().check(run.evidence());
    assertThat(verdict.findings()).singleElement().asString().startsWith("resumable");
  }

  @Test
  void watchThatWasNeverCreatedHearsNothing() {
    run.watches.add(new WatchRecord(7, 0, 0, 0, options, heard, 0));
    Verdict verdict = new WatchChecker().check(run.evidence());
    assertThat(verdict.findings()).singleElement().asString().startsWith("resumable");
  }
}
