package io.kelson.examples.orchestrator.work;

import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import io.kelson.client.cache.Cache;
import io.kelson.client.coordination.Held;
import java.util.OptionalInt;
import java.util.function.IntConsumer;

/**
 * How many nodes there should be, as it stood at some revision.
 *
 * @param nodes how many; 0 if nobody has said, or nothing sensible
 * @param revision when it was said; 0 if nobody has
 */
public record DesiredCount(int nodes, long revision) {
  /** The count now. */
  public static DesiredCount read(KelsonClient client) {
    return client.range(RangeOp.key(Keys.DESIRED)).kvs().stream()
        .findFirst()
        .map(kv -> new DesiredCount(nodes(kv).orElse(0), kv.modRevision()))
        .orElse(new DesiredCount(0, 0));
  }

  /** Tells the count, now and whenever it changes, until what is returned is closed. */
  public static Cache follow(KelsonClient client, IntConsumer listener) {
    return Cache.open(
        client,
        Keys.DESIRED,
        (revision, events) -> {
          KeyValue last = events.get(events.size() - 1).kv();
          nodes(last).ifPresent(listener);
        });
  }

  /**
   * Writes another count, unless somebody else has or the office is no longer held.
   *
   * @return whether it was written
   */
  public boolean change(KelsonClient client, Held office, int other) {
    return client
        .repeatableTxn(
            TxnOp.builder()
                .when(
                    Compare.modRevision(Keys.DESIRED, Compare.Relation.EQUAL, revision),
                    office.stillHeld())
                .then(PutOp.of(Keys.DESIRED, Bytes.utf8(Integer.toString(other))))
                .build())
        .succeeded();
  }

  /** A deletion says nothing, and somebody's slip of the pen neither. */
  private static OptionalInt nodes(KeyValue kv) {
    try {
      return OptionalInt.of(Math.max(0, Integer.parseInt(kv.value().utf8())));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }
}
