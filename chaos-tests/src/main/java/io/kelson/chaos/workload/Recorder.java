package io.kelson.chaos.workload;

import io.kelson.client.KelsonClient;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.util.Optional;

/** A client of one member that never repeats a call, and records every one. For one thread. */
public interface Recorder extends AutoCloseable {
  /**
   * Calls, and records the call and what came of it. After an unknown outcome the next call is made
   * by a new logical client.
   *
   * @return the answer; empty if there was none or it was an error
   */
  Optional<TxnResult> txn(TxnOp call);

  /** The connection below, for what is recorded elsewhere. */
  KelsonClient client();

  /** The member it asks, counted from 0. */
  int node();

  @Override
  void close();
}
