package io.kelson.chaos.check;

import io.kelson.client.Bytes;
import io.kelson.client.DeleteOp;
import io.kelson.client.Op;
import io.kelson.client.Permission;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A right that a call takes: to read or to write a key or a range.
 *
 * @param writes whether it is to write
 * @param key the first key
 * @param rangeEnd empty for the single key, {@link Bytes#ZERO} for no end
 */
record AuthNeed(boolean writes, Bytes key, Bytes rangeEnd) {
  /** All that a call takes: a transaction needs the rights for both its branches. */
  static Set<AuthNeed> of(TxnOp call) {
    Set<AuthNeed> needs = new LinkedHashSet<>();
    collect(call, needs);
    return needs;
  }

  private static void collect(TxnOp call, Set<AuthNeed> needs) {
    call.compares().forEach(c -> needs.add(new AuthNeed(false, c.key(), c.rangeEnd())));
    for (List<Op> branch : List.of(call.success(), call.failure())) {
      branch.forEach(step -> collect(step, needs));
    }
  }

  private static void collect(Op step, Set<AuthNeed> needs) {
    switch (step.kind()) {
      case RANGE -> {
        RangeOp range = (RangeOp) step;
        needs.add(new AuthNeed(false, range.key(), range.rangeEnd()));
      }
      case PUT -> {
        PutOp put = (PutOp) step;
        needs.add(new AuthNeed(true, put.key(), Bytes.EMPTY));
        if (put.prevKv()) {
          needs.add(new AuthNeed(false, put.key(), Bytes.EMPTY));
        }
      }
      case DELETE -> {
        DeleteOp delete = (DeleteOp) step;
        needs.add(new AuthNeed(true, delete.key(), delete.rangeEnd()));
        if (delete.prevKv()) {
          needs.add(new AuthNeed(false, delete.key(), delete.rangeEnd()));
        }
      }
      case TXN -> collect((TxnOp) step, needs);
    }
  }

  /** Whether a permission's type is enough, whatever its range. */
  boolean allowedBy(Permission.Type type) {
    return type == Permission.Type.READWRITE
        || type == (writes ? Permission.Type.WRITE : Permission.Type.READ);
  }

  /** Whether every key of it is in a permission's range. */
  boolean within(Permission permission) {
    if (rangeEnd.isEmpty()) {
      return View.contains(permission.key(), permission.rangeEnd(), key);
    }
    boolean open = permission.rangeEnd().equals(Bytes.ZERO);
    return !permission.rangeEnd().isEmpty()
        && key.compareTo(permission.key()) >= 0
        && (open || !rangeEnd.equals(Bytes.ZERO) && rangeEnd.compareTo(permission.rangeEnd()) <= 0);
  }

  /** Whether any key of it is in a permission's range. */
  boolean meets(Permission permission) {
    return View.contains(key, rangeEnd, permission.key())
        || View.contains(permission.key(), permission.rangeEnd(), key);
  }
}
