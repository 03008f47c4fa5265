package io.kelson.server.apply;

import com.google.protobuf.ByteString;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.server.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
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
 */
final class TxnConflicts {
  private final SortedSet<ByteString> puts =
      new TreeSet<>(ByteString.unsignedLexicographicalComparator());
  private final List<KeyRange> deletes = new ArrayList<>();

  private TxnConflicts() {}

  /** Whether the operations, run one after the other, touch a key in two ways that exclude. */
  static boolean anyIn(List<RequestOp> ops) {
    return !new TxnConflicts().maybeAdd(ops);
  }

  private boolean maybeAdd(List<RequestOp> ops) {
    for (RequestOp op : ops) {
      if (op.hasRequestDeleteRange()) {
        DeleteRangeRequest delete = op.getRequestDeleteRange();
        deletes.add(KeyRange.of(delete.getKey(), delete.getRangeEnd()));
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
    deletes.addAll(success.deletes);
    deletes.addAll(failure.deletes);
    return true;
  }

  private boolean maybePut(ByteString key) {
    for (KeyRange delete : deletes) {
      if (delete.hi() != null && delete.contains(key)) {
        return false;
      }
    }
    return puts.add(key);
  }
}
