package io.kelson.chaos.check;

import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeOp.SortOrder;
import io.kelson.client.RangeOp.SortTarget;
import io.kelson.client.RangeResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a range must find in a given state.
 *
 * <p>The count is of all keys in the range; then filters, then the order, then the limit. Without a
 * direction a sort by anything but the key sorts only what the limit and one more key let through,
 * as etcd does. Keys that compare equal may come in any order.
 */
final class RangeModel {
  private RangeModel() {}

  /** What is wrong with a result; null if nothing. The header is not looked at. */
  static String mismatch(RangeOp op, View view, RangeResult actual) {
    List<KeyValue> all = view.range(op.key(), op.rangeEnd());
    if (actual.count() != all.size()) {
      return "count is %d, must be %d".formatted(actual.count(), all.size());
    }
    if (op.countOnly()) {
      return actual.kvs().isEmpty() && !actual.more()
          ? null
          : "pairs though only a count was asked";
    }
    List<KeyValue> eligible = filter(op, all);
    List<KeyValue> expected = sort(op, eligible);
    boolean more = op.limit() > 0 && expected.size() > op.limit();
    expected = more ? expected.subList(0, (int) op.limit()) : expected;
    if (actual.more() != more) {
      return "more is %b, must be %b".formatted(actual.more(), more);
    }
    if (actual.kvs().size() != expected.size()) {
      return "%d pairs, must be %d: %s"
          .formatted(
              actual.kvs().size(), expected.size(), Describe.list(expected, Describe::keyValue));
    }
    return op.sortTarget() == SortTarget.KEY
        ? inOrder(op, expected, actual.kvs())
        : upToTies(op, expected, eligible, actual.kvs());
  }

  private static List<KeyValue> filter(RangeOp op, List<KeyValue> all) {
    if (op.minModRevision() == 0
        && op.maxModRevision() == 0
        && op.minCreateRevision() == 0
        && op.maxCreateRevision() == 0) {
      return all;
    }
    List<KeyValue> kept = new ArrayList<>();
    for (KeyValue kv : all) {
      if (within(kv.modRevision(), op.minModRevision(), op.maxModRevision())
          && within(kv.createRevision(), op.minCreateRevision(), op.maxCreateRevision())) {
        kept.add(kv);
      }
    }
    return kept;
  }

  private static boolean within(long number, long min, long max) {
    return (min == 0 || number >= min) && (max == 0 || number <= max);
  }

  private static List<KeyValue> sort(RangeOp op, List<KeyValue> kvs) {
    if (op.sortOrder() == SortOrder.NONE && op.sortTarget() == SortTarget.KEY) {
      return kvs;
    }
    boolean filters =
        op.minModRevision() != 0
            || op.maxModRevision() != 0
            || op.minCreateRevision() != 0
            || op.maxCreateRevision() != 0;
    List<KeyValue> copy = new ArrayList<>(kvs);
    if (op.sortOrder() == SortOrder.NONE && !filters && op.limit() > 0) {
      copy = new ArrayList<>(copy.subList(0, (int) Math.min(copy.size(), op.limit() + 1)));
    }
    Comparator<KeyValue> order = by(op.sortTarget());
    copy.sort(op.sortOrder() == SortOrder.DESCEND ? order.reversed() : order);
    return copy;
  }

  private static Comparator<KeyValue> by(SortTarget target) {
    return switch (target) {
      case KEY -> Comparator.comparing(KeyValue::key);
      case VERSION -> Comparator.comparingLong(KeyValue::version);
      case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
      case MOD -> Comparator.comparingLong(KeyValue::modRevision);
      case VALUE -> Comparator.comparing(KeyValue::value);
    };
  }

  private static String inOrder(RangeOp op, List<KeyValue> expected, List<KeyValue> actual) {
    for (int i = 0; i < expected.size(); i++) {
      if (!same(op, expected.get(i), actual.get(i))) {
        return "found %s, must be %s"
            .formatted(Describe.keyValue(actual.get(i)), Describe.keyValue(expected.get(i)));
      }
    }
    return null;
  }

  private static String upToTies(
      RangeOp op, List<KeyValue> expected, List<KeyValue> eligible, List<KeyValue> actual) {
    Map<Bytes, KeyValue> known = new HashMap<>();
    eligible.forEach(kv -> known.put(kv.key(), kv));
    Comparator<KeyValue> order = by(op.sortTarget());
    Set<Bytes> seen = new HashSet<>();
    for (int i = 0; i < actual.size(); i++) {
      KeyValue model = known.get(actual.get(i).key());
      if (model == null || !same(op, model, actual.get(i)) || !seen.add(model.key())) {
        return "found %s, must be %s"
            .formatted(Describe.keyValue(actual.get(i)), Describe.keyValue(model));
      }
      if (order.compare(model, expected.get(i)) != 0) {
        return "%s is out of order, %s belongs there"
            .formatted(Describe.keyValue(model), Describe.keyValue(expected.get(i)));
      }
    }
    return null;
  }

  private static boolean same(RangeOp op, KeyValue model, KeyValue actual) {
    if (!op.keysOnly()) {
      return model.equals(actual);
    }
    // Without values some releases of etcd answer from the index, which knows no leases.
    return actual.key().equals(model.key())
        && actual.createRevision() == model.createRevision()
        && actual.modRevision() == model.modRevision()
        && actual.version() == model.version()
        && actual.value().isEmpty()
        && (actual.lease() == model.lease() || actual.lease() == 0);
  }
}
