package io.kelson.client.coordination;

import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.KelsonClient;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchOptions;

/**
 * Lets a number of processes begin together and end together: {@link #enter} returns when all have
 * entered, {@link #leave} when all have left.
 *
 * <p>For one round; take another name for the next, since those who are quick could enter it before
 * the slow have left. A participant whose session is lost counts as having left. Source: etcd's
 * double barrier recipe. One participant per object; its methods block. Thread-safe.
 */
public final class DoubleBarrier {
  private final Session session;
  private final KelsonClient client;
  private final Bytes ready;
  private final Bytes waiters;
  private final Bytes own;
  private final int count;

  /**
   * A participant of the barrier of that name.
   *
   * @param count how many participants there are, at least 1; all must say the same
   */
  public DoubleBarrier(Session session, Bytes name, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count is " + count + ": give at least 1");
    }
    this.session = session;
    this.client = session.client();
    this.ready = name.concat(Bytes.utf8("/ready"));
    this.waiters = name.concat(Bytes.utf8("/waiters/"));
    this.own = waiters.concat(Bytes.utf8(session.uniqueName()));
    this.count = count;
  }

  /** Enters and waits until all have. */
  public void enter() {
    Futures.await(new Contender(session, waiters, own, 1).enter(Bytes.EMPTY));
    while (true) {
      RangeOp gate = RangeOp.builder(ready).countOnly(true).build();
      RangeOp entered = RangeOp.builder(waiters).prefix().countOnly(true).build();
      TxnResult look = client.txn(TxnOp.builder().then(gate, entered).build());
      if (((RangeResult) look.results().get(0)).count() > 0) {
        return;
      }
      if (((RangeResult) look.results().get(1)).count() >= count) {
        client.repeatableTxn(
            TxnOp.builder()
                .when(Compare.createRevision(ready, Compare.Relation.EQUAL, 0))
                .then(PutOp.of(ready, Bytes.EMPTY))
                .build());
        return;
      }
      awaitPut(look.header().revision() + 1);
    }
  }

  /** Leaves and waits until all have. */
  public void leave() {
    client.repeatableTxn(TxnOp.builder().then(DeleteOp.key(own)).build());
    while (true) {
      RangeResult left = client.range(RangeOp.builder(waiters).prefix().countOnly(true).build());
      if (left.count() == 0) {
        client.repeatableTxn(TxnOp.builder().then(DeleteOp.key(ready)).build());
        return;
      }
      WatchOptions deletions =
          WatchOptions.builder(waiters)
              .prefix()
              .startRevision(left.header().revision() + 1)
              .noPut(true)
              .build();
      Futures.await(session.guard(Change.await(client, deletions)));
    }
  }

  /** Either the gate opens or one more has entered. */
  private void awaitPut(long fromRevision) {
    WatchOptions puts =
        WatchOptions.builder(ready)
            .rangeEnd(waiters.prefixEnd())
            .startRevision(fromRevision)
            .noDelete(true)
            .build();
    Futures.await(session.guard(Change.await(client, puts)));
  }
}
