package io.kelson.server.apply;

import com.google.protobuf.ByteString;
import io.kelson.api.Compare;
import io.kelson.api.RangeRequest;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.server.mvcc.ReadView;
import java.util.List;

/** Evaluates the conditions of a transaction. */
final class Compares {
  private Compares() {}

  /** Whether all of them hold; none at all hold. */
  static boolean hold(List<Compare> compares, ReadView view) {
    for (Compare compare : compares) {
      if (!holds(compare, view)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether every key named satisfies the condition. If there is no such key, numbers count as 0
   * and no condition on the value holds, not even that it differs.
   */
  private static boolean holds(Compare compare, ReadView view) {
    if (compare.getRangeEnd().isEmpty()) {
      KeyValue pair = view.get(compare.getKey());
      return pair == null ? holdsForNothing(compare) : holdsFor(compare, pair);
    }
    RangeRequest range =
        RangeRequest.newBuilder()
            .setKey(compare.getKey())
            .setRangeEnd(compare.getRangeEnd())
            .build();
    List<KeyValue> pairs = view.range(range).kvs();
    if (pairs.isEmpty()) {
      return holdsForNothing(compare);
    }
    for (KeyValue pair : pairs) {
      if (!holdsFor(compare, pair)) {
        return false;
      }
    }
    return true;
  }

  private static boolean holdsForNothing(Compare compare) {
    return compare.getTarget() != Compare.CompareTarget.VALUE
        && holdsFor(compare, KeyValue.getDefaultInstance());
  }

  private static boolean holdsFor(Compare compare, KeyValue pair) {
    int order = order(compare, pair);
    return switch (compare.getResult()) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      // As etcd: a relation it does not know holds.
      case UNRECOGNIZED -> true;
    };
  }

  /** A union member that was not given, or belongs to another target, reads as 0 or empty. */
  private static int order(Compare compare, KeyValue pair) {
    return switch (compare.getTarget()) {
      case VERSION -> Long.compare(pair.getVersion(), compare.getVersion());
      case CREATE -> Long.compare(pair.getCreateRevision(), compare.getCreateRevision());
      case MOD -> Long.compare(pair.getModRevision(), compare.getModRevision());
      case LEASE -> Long.compare(pair.getLease(), compare.getLease());
      case VALUE ->
          ByteString.unsignedLexicographicalComparator()
              .compare(pair.getValue(), compare.getValue());
      case UNRECOGNIZED -> 0;
    };
  }
}
