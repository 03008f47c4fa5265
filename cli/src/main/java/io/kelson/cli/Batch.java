package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.DeleteOp;
import io.kelson.client.KelsonClient;
import io.kelson.client.Op;
import io.kelson.client.PutOp;
import io.kelson.client.TxnOp;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes to another cluster, several in one transaction. Written again as a whole when it is not
 * known whether a transaction came to pass, which is no harm: the same values come to stand there.
 */
final class Batch {
  /** Well below what a server takes in one request by default, 1.5 MiB. */
  private static final int MOST_BYTES = 1 << 20;

  private final KelsonClient client;
  private final int maxOps;
  private final List<Op> ops = new ArrayList<>();
  private int bytes;

  Batch(KelsonClient client, int maxOps) {
    this.client = client;
    this.maxOps = maxOps;
  }

  void put(Bytes key, Bytes value) {
    makeRoom(key.size() + value.size());
    ops.add(PutOp.of(key, value));
  }

  void delete(Bytes key) {
    makeRoom(key.size());
    ops.add(DeleteOp.key(key));
  }

  private void makeRoom(int more) {
    if (ops.size() == maxOps || !ops.isEmpty() && bytes + more > MOST_BYTES) {
      commit();
    }
    bytes += more;
  }

  /** Writes what has been collected and waits until it is durable. */
  void commit() {
    if (ops.isEmpty()) {
      return;
    }
    client.repeatableTxn(new TxnOp(List.of(), ops, List.of()));
    ops.clear();
    bytes = 0;
  }
}
