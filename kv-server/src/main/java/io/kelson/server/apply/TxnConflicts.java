package io.kelson.server.apply;

import com.google.protobuf.ByteString;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.server.mvcc.KeyRange;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds keys that one branch of a transaction would put twice, or put and delete.
 *
 * <p>The two branches of a nested transaction exclude each other, so they may put the same key; two
 * deletes may overlap. The order in which operations are looked at is etcd's, with what follows
 * from it: the deletes of this level first, then nested transactions in turn, then the puts of this
 * level. A nested transaction's deletes therefore meet the puts of later siblings and of the level
 * around it, but not those of earlier siblings.
 *
 * <p>A delete without an end (range_end is a zero byte) meets nothing: etcd reads the zero byte as
 * a key here, and clients can rely on deleting everything and putting a key in one transaction.
 *
 * <p>Nesting multiplies: within the limits on operations, a request of the largest size holds a
 * hundred thousand puts and deletes. Looking at each pair would hold an event loop for a minute, so
 * deletes are kept as the intervals they cover together.
 */
final class TxnConflicts {
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();

  private final SortedSet<ByteString> puts = new TreeSet<>(ORDER);

  /** First key to the one past the last; disjoint, and apart from each other. */
  private final NavigableMap<ByteString, ByteString> deletes = new TreeMap<>(ORDER);

  private TxnConflicts() {}

  /** Whether the operations, run one after the other, touch a key in two ways that exclude. */
  static boolean anyIn(List<RequestOp> ops) {
    return !new TxnConflicts().maybeAdd(ops);
  }

  private boolean maybeAdd(List<RequestOp> ops) {
    for (RequestOp op : ops) {
      if (op.hasRequestDeleteRange()) {
        DeleteRangeRequest delete = op.getRequestDeleteRange();
        addDelete(KeyRange.of(delete.getKey(), delete.getRangeEnd()));
      }
    }
    for (RequestOp op : ops) {
      if (op.hasRequestTxn() && !maybeAddNested(op.getRequestTxn())) {
        return false;
      }
    }
    for (RequestOp op : ops) {
      if (op.hasRequestPut() && !maybePut(op.getRequestPut().getKey())) {
        return false;
      }
    }
    return true;
  }

  private boolean maybeAddNested(TxnRequest nested) {
    TxnConflicts success = new TxnConflicts();
    TxnConflicts failure = new TxnConflicts();
    if (!success.maybeAdd(nested.getSuccessList()) || !failure.maybeAdd(nested.getFailureList())) {
      return false;
    }
    for (ByteString key : success.puts) {
      if (!maybePut(key)) {
        return false;
      }
    }
    for (ByteString key : failure.puts) {
      if (!success.puts.contains(key) && !maybePut(key)) {
        return false;
      }
    }
    success.deletes.forEach(this::cover);
    failure.deletes.forEach(this::cover);
    return true;
  }

  private void addDelete(KeyRange range) {
    if (range.hi() != null && !range.isEmpty()) {
      cover(range.lo(), range.hi());
    }
  }

  private void cover(ByteString from, ByteString to) {
    ByteString lo = from;
    ByteString hi = to;
    Map.Entry<ByteString, ByteString> before = deletes.floorEntry(lo);
    if (before != null && ORDER.compare(before.getValue(), lo) >= 0) {
      lo = before.getKey();
      hi = later(before.getValue(), hi);
    }
    Map.Entry<ByteString, ByteString> next = deletes.ceilingEntry(lo);
    while (next != null && ORDER.compare(next.getKey(), hi) <= 0) {
      hi = later(next.getValue(), hi);
      deletes.remove(next.getKey());
      next = deletes.ceilingEntry(lo);
    }
    deletes.put(lo, hi);
  }

  private static ByteString later(ByteString a, ByteString b) {
    return ORDER.compare(a, b) >= 0 ? a : b;
  }

  private boolean maybePut(ByteString key) {
    Map.Entry<ByteString, ByteString> delete = deletes.floorEntry(key);
    boolean deleted = delete != null && ORDER.compare(key, delete.getValue()) < 0;
    return !deleted && puts.add(key);
  }
}
