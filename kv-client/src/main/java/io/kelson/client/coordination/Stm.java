package io.kelson.client.coordination;

import io.kelson.client.Bytes;
import io.kelson.client.CompactedException;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.OpResult;
import io.kelson.client.OutcomeUnknownException;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Software transactional memory: code that reads and writes keys as if it were alone.
 *
 * <p>All reads of an attempt are as of one revision, that of the first; writes are kept back and go
 * out in one transaction which holds only if nothing that was read or is to be written has changed
 * since. Otherwise the code runs again, from what the store said when it refused. That is strict
 * serializability ({@code SerializableSnapshot} in etcd's client). A transaction may touch as many
 * keys as the server allows operations ({@code --max-txn-ops}, 128).
 *
 * <p>The code may run several times: it must have no effect but through the {@link View}.
 */
public final class Stm {
  private Stm() {}

  /** What the code of a transaction sees and changes. Used by one thread, while the code runs. */
  public interface View {
    /** The value, own writes included; empty if there is no such key. */
    Optional<Bytes> get(Bytes key);

    /** Writes a key. */
    default void put(Bytes key, Bytes value) {
      put(PutOp.of(key, value));
    }

    /** Writes a key, with a lease if it has one; its other options are not for here. */
    void put(PutOp op);

    /** Deletes a key. */
    void delete(Bytes key);
  }

  /** Runs {@code body} until it holds, and returns what it returned. */
  public static <T> T run(KelsonClient client, Function<View, T> body) {
    return run(client, Integer.MAX_VALUE, body);
  }

  /**
   * Runs {@code body} until it holds, but not oftener than that.
   *
   * @throws StmConflictException if it never did
   * @throws OutcomeUnknownException if the writes may or may not have happened
   * @throws EtcdException if the store refuses; nothing is changed then
   */
  public static <T> T run(KelsonClient client, int maxAttempts, Function<View, T> body) {
    Attempt attempt = new Attempt(client, 0, Map.of());
    for (int made = 0; made < maxAttempts; made++) {
      try {
        T result = body.apply(attempt);
        Attempt next = attempt.commit();
        if (next == null) {
          return result;
        }
        attempt = next;
      } catch (CompactedException e) {
        attempt = new Attempt(client, 0, Map.of());
      }
    }
    throw new StmConflictException(maxAttempts);
  }

  private static final class Attempt implements View {
    private final KelsonClient client;
    private final Map<Bytes, Optional<KeyValue>> known;
    private final Map<Bytes, Optional<KeyValue>> reads = new LinkedHashMap<>();
    private final Map<Bytes, Op> writes = new LinkedHashMap<>();

    /** The revision everything is read at; 0 before the first read. */
    private long revision;

    Attempt(KelsonClient client, long revision, Map<Bytes, Optional<KeyValue>> known) {
      this.client = client;
      this.revision = revision;
      this.known = known;
    }

    @Override
    public Optional<Bytes> get(Bytes key) {
      Op written = writes.get(key);
      if (written != null) {
        return written instanceof PutOp put ? Optional.of(put.value()) : Optional.empty();
      }
      return reads.computeIfAbsent(key, this::read).map(KeyValue::value);
    }

    private Optional<KeyValue> read(Bytes key) {
      Optional<KeyValue> seen = known.get(key);
      if (seen != null) {
        return seen;
      }
      RangeResult found = client.range(RangeOp.builder(key).revision(revision).build());
      if (revision == 0) {
        revision = found.header().revision();
      }
      return found.kvs().stream().findFirst();
    }

    @Override
    public void put(PutOp op) {
      if (op.prevKv() || op.ignoreValue() || op.ignoreLease()) {
        throw new IllegalArgumentException("a write in a transaction takes no option but a lease");
      }
      writes.put(op.key(), op);
    }

    @Override
    public void delete(Bytes key) {
      writes.put(key, DeleteOp.key(key));
    }

    /** Null when it held, else the next attempt, which knows what was read. */
    private Attempt commit() {
      if (writes.isEmpty()) {
        // Everything was read at one revision: there is nothing to check.
        return null;
      }
      TxnOp.Builder txn = TxnOp.builder();
      reads.forEach((key, kv) -> txn.when(unchanged(key, kv)));
      writes.keySet().stream()
          .filter(key -> revision > 0 && !reads.containsKey(key))
          .forEach(key -> txn.when(Compare.modRevision(key, Compare.Relation.LESS, revision + 1)));
      txn.then(writes.values().toArray(Op[]::new));
      List<Bytes> again = new ArrayList<>(reads.keySet());
      txn.otherwise(again.stream().map(RangeOp::key).toArray(Op[]::new));
      TxnResult result = client.txn(txn.build());
      return result.succeeded() ? null : next(again, result);
    }

    private static Compare unchanged(Bytes key, Optional<KeyValue> kv) {
      long seen = kv.map(KeyValue::modRevision).orElse(0L);
      return Compare.modRevision(key, Compare.Relation.EQUAL, seen);
    }

    private Attempt next(List<Bytes> keys, TxnResult refused) {
      Map<Bytes, Optional<KeyValue>> fresh = new LinkedHashMap<>();
      List<OpResult> results = refused.results();
      for (int i = 0; i < keys.size(); i++) {
        fresh.put(keys.get(i), ((RangeResult) results.get(i)).kvs().stream().findFirst());
      }
      return new Attempt(client, refused.header().revision(), fresh);
    }
  }
}
