package io.kelson.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.check.Verdict.Outcome;
import io.kelson.chaos.history.Operation;
import io.kelson.client.Bytes;
import io.kelson.client.DeleteResult;
import io.kelson.client.KeyValue;
import io.kelson.client.OpResult;
import io.kelson.client.PutResult;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Takes sound runs of everything and changes one thing, anything: the replay must find it. */
class ReplayMutationTest {
  private static final int CALLS = 600;
  private static final int MUTANTS = 60;

  private static Outcome check(Run run, List<WatchBatch> log) {
    return new ReplayChecker().check(run.evidence(log)).outcome();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void anyChangeOfAnAnswerIsFound(long seed) {
    Run run = RandomRuns.mixed(seed, CALLS);
    Random random = new Random(seed);
    List<Operation> answered = run.operations.stream().filter(Calls::ok).toList();
    for (int i = 0; i < MUTANTS; i++) {
      Operation op = answered.get(random.nextInt(answered.size()));
      TxnResult lie = lie(op.result(), random);
      int index = run.operations.indexOf(op);
      run.answerInstead(op, lie);
      assertThat(check(run, run.store.log()))
          .as("%s answered with %s", Describe.operation(op), lie)
          .isEqualTo(Outcome.BROKEN);
      run.operations.set(index, op);
    }
    assertThat(check(run, run.store.log())).isEqualTo(Outcome.HELD);
  }

  private static TxnResult lie(TxnResult truth, Random random) {
    if (truth.results().isEmpty() || random.nextInt(6) == 0) {
      // Another branch than the one that ran always has other steps or none.
      return new TxnResult(truth.header(), !truth.succeeded(), truth.results());
    }
    List<OpResult> results = new ArrayList<>(truth.results());
    int which = random.nextInt(results.size());
    results.set(which, lie(results.get(which), random));
    return new TxnResult(truth.header(), truth.succeeded(), results);
  }

  private static OpResult lie(OpResult truth, Random random) {
    return switch (truth.kind()) {
      case RANGE -> lie((RangeResult) truth, random);
      case PUT -> {
        PutResult put = (PutResult) truth;
        yield random.nextBoolean()
            ? new PutResult(ModelStore.header(put.header().revision() + 1), put.prevKv())
            : new PutResult(
                put.header(), put.prevKv().isEmpty() ? Optional.of(ghost()) : Optional.empty());
      }
      case DELETE -> {
        DeleteResult delete = (DeleteResult) truth;
        yield new DeleteResult(delete.header(), delete.deleted() + 1, delete.prevKvs());
      }
      case TXN -> lie((TxnResult) truth, random);
    };
  }

  private static RangeResult lie(RangeResult range, Random random) {
    if (range.kvs().isEmpty() || random.nextInt(4) == 0) {
      return new RangeResult(range.header(), range.kvs(), range.more(), range.count() + 1);
    }
    List<KeyValue> kvs = new ArrayList<>(range.kvs());
    int which = random.nextInt(kvs.size());
    KeyValue kv = kvs.get(which);
    switch (random.nextInt(4)) {
      case 0 -> kvs.remove(which);
      case 1 ->
          kvs.set(
              which,
              new KeyValue(
                  kv.key(),
                  kv.createRevision(),
                  kv.modRevision(),
                  kv.version(),
                  kv.value().concat(Bytes.ZERO),
                  kv.lease()));
      case 2 ->
          kvs.set(
              which,
              new KeyValue(
                  kv.key(),
                  kv.createRevision(),
                  kv.modRevision() - 1,
                  kv.version(),
                  kv.value(),
                  kv.lease()));
      default ->
          kvs.set(
              which,
              new KeyValue(
                  kv.key(),
                  kv.createRevision(),
                  kv.modRevision(),
                  kv.version() + 1,
                  kv.value(),
                  kv.lease()));
    }
    return new RangeResult(range.header(), kvs, range.more(), range.count());
  }

  private static KeyValue ghost() {
    return new KeyValue(Run.b("ghost"), 1, 1, 1, Run.b("ghost"), 0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void anyChangeOfTheLogIsFound(long seed) {
    Run run = RandomRuns.mixed(seed, CALLS);
    Random random = new Random(seed);
    for (int i = 0; i < MUTANTS; i++) {
      List<WatchBatch> log = new ArrayList<>(run.store.log());
      int which = random.nextInt(log.size() - 1);
      WatchBatch batch = log.get(which);
      switch (random.nextInt(5)) {
        case 0 -> log.remove(which);
        case 1 -> log.add(which, batch);
        case 2 -> log.set(which, log.set(which + 1, batch));
        case 3 -> log.set(which, without(batch, random));
        default -> log.set(which, changed(batch, random));
      }
      assertThat(check(run, log)).as("mutant %d at %d", i, which).isEqualTo(Outcome.BROKEN);
    }
  }

  private static WatchBatch without(WatchBatch batch, Random random) {
    List<WatchEvent> events = new ArrayList<>(batch.events());
    events.remove(random.nextInt(events.size()));
    return new WatchBatch(batch.header(), events);
  }

  private static WatchBatch changed(WatchBatch batch, Random random) {
    List<WatchEvent> events = new ArrayList<>(batch.events());
    int which = random.nextInt(events.size());
    WatchEvent event = events.get(which);
    KeyValue kv = event.kv();
    KeyValue other =
        new KeyValue(
            kv.key(),
            kv.createRevision() - 1,
            kv.modRevision(),
            kv.version(),
            kv.value().concat(Bytes.ZERO),
            kv.lease());
    events.set(
        which,
        event.type() == WatchEvent.Type.PUT
            ? new WatchEvent(event.type(), other, event.prevKv())
            : new WatchEvent(event.type(), kv, Optional.empty()));
    return new WatchBatch(batch.header(), events);
  }
}
