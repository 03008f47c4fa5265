package io.kelson.examples.orchestrator.work;

import io.kelson.client.Compare;
import io.kelson.client.Compare.Relation;
import io.kelson.client.DeleteOp;
import io.kelson.client.KelsonClient;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import io.kelson.client.coordination.Held;
import io.kelson.examples.orchestrator.work.Item.State;
import java.util.List;

/**
 * The life of an item, one transaction a step: {@code pending -> assigned -> done}, and back to
 * pending when its node is gone.
 *
 * <p>Every step compares the revision at which the item was seen, so of two that try the same only
 * one succeeds, whoever they are and however late. That also makes each harmless to repeat, which
 * is what {@code repeatableTxn} asks for. Steps of a leader compare the leader's key too: one that
 * was deposed without knowing it changes nothing. Thread-safe.
 */
public final class WorkQueue {
  private final KelsonClient client;

  /** The queue in that store. */
  public WorkQueue(KelsonClient client) {
    this.client = client;
  }

  /** All items now. */
  public List<Item> items() {
    return Item.readAll(client.range(RangeOp.prefix(Keys.ITEMS)).kvs());
  }

  /**
   * Adds an item.
   *
   * @return false if there is, or has been, one of that id: then nothing was changed
   */
  public boolean submit(Item item) {
    return client
        .repeatableTxn(
            TxnOp.builder()
                .when(Compare.createRevision(Keys.item(item.id()), Relation.EQUAL, 0))
                .then(PutOp.of(Keys.item(item.id()), item.text()))
                .build())
        .succeeded();
  }

  /**
   * Gives a pending item to a node that lives.
   *
   * @throws DeposedException if {@code office} is no longer held
   */
  public Outcome assign(Item item, String node, Held office) {
    Item assigned = item.at(State.ASSIGNED, node);
    return asLeader(
        office,
        TxnOp.builder()
            .when(unchanged(item), Compare.createRevision(Keys.node(node), Relation.GREATER, 0))
            .then(
                PutOp.of(Keys.item(item.id()), assigned.text()),
                PutOp.of(Keys.assigned(node, item.id()), assigned.text())));
  }

  /**
   * Makes an assigned item pending again, if its node is gone. Its place in the order of arrival
   * stays.
   *
   * @throws DeposedException if {@code office} is no longer held
   */
  public Outcome takeBack(Item item, Held office) {
    return asLeader(
        office,
        TxnOp.builder()
            .when(
                unchanged(item), Compare.createRevision(Keys.node(item.node()), Relation.EQUAL, 0))
            .then(
                PutOp.of(Keys.item(item.id()), item.at(State.PENDING, "").text()),
                DeleteOp.key(Keys.assigned(item.node(), item.id()))));
  }

  /**
   * Records that an item is done.
   *
   * @param item as it was assigned; item and assignment are of the same revision
   * @return false if it is no longer assigned as it was then: its result does not count
   */
  public boolean complete(Item item) {
    return client
        .repeatableTxn(
            TxnOp.builder()
                .when(unchanged(item))
                .then(
                    PutOp.of(Keys.item(item.id()), item.at(State.DONE, item.node()).text()),
                    DeleteOp.key(Keys.assigned(item.node(), item.id())))
                .build())
        .succeeded();
  }

  private static Compare unchanged(Item item) {
    return Compare.modRevision(Keys.item(item.id()), Relation.EQUAL, item.revision());
  }

  private Outcome asLeader(Held office, TxnOp.Builder step) {
    TxnResult result =
        client.repeatableTxn(
            step.when(office.stillHeld()).otherwise(RangeOp.key(office.key())).build());
    if (!result.succeeded() && !isHeld(office, (RangeResult) result.results().get(0))) {
      throw new DeposedException(office.key().utf8());
    }
    return new Outcome(result.succeeded(), result.header().revision());
  }

  private static boolean isHeld(Held office, RangeResult found) {
    return found.kvs().stream().anyMatch(kv -> kv.createRevision() == office.fence());
  }
}
