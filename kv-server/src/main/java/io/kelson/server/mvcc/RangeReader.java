package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeRequest.SortOrder;
import io.kelson.api.RangeRequest.SortTarget;
import io.kelson.api.mvcc.KeyValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Evaluates a range request on a source: filter, then sort, then cut, as etcd does.
 *
 * <p>Two oddities are etcd's and kept: a sort target other than the key without an order sorts
 * ascending, but only what limit and key order let through; and neither limit nor filters touch the
 * count.
 */
final class RangeReader {
  private static final Comparator<ByteString> BYTES =
      ByteString.unsignedLexicographicalComparator();

  private final RangeRequest request;
  private final Source source;

  private RangeReader(RangeRequest request, Source source) {
    this.request = request;
    this.source = source;
  }

  static RangeResult read(RangeRequest request, Source source) {
    KeyRange range = KeyRange.of(request.getKey(), request.getRangeEnd());
    if (range.isEmpty()) {
      return RangeResult.EMPTY;
    }
    RangeReader reader = new RangeReader(request, source);
    if (range.single()) {
      return single(request, source.get(range.lo()));
    }
    if (request.getCountOnly()) {
      return new RangeResult(List.of(), false, source.count(range));
    }
    return reader.cutsWhileReading() ? reader.page(range) : reader.everything(range);
  }

  /** The answer to a request for one key whose pair, or lack of one, is known. */
  static RangeResult single(RangeRequest request, KeyValue pair) {
    if (pair == null) {
      return RangeResult.EMPTY;
    }
    if (request.getCountOnly() || !passes(request, pair)) {
      return new RangeResult(List.of(), false, 1);
    }
    return new RangeResult(List.of(trimmed(request, pair)), false, 1);
  }

  private boolean cutsWhileReading() {
    boolean keyOrder =
        request.getSortOrder() == SortOrder.NONE
            || (request.getSortOrder() == SortOrder.ASCEND
                && request.getSortTarget() == SortTarget.KEY);
    return request.getLimit() > 0 && keyOrder && !filters(request);
  }

  static boolean filters(RangeRequest request) {
    return request.getMinModRevision() != 0
        || request.getMaxModRevision() != 0
        || request.getMinCreateRevision() != 0
        || request.getMaxCreateRevision() != 0;
  }

  /** Stops one past the limit; the rest is counted, not read. */
  private RangeResult page(KeyRange range) {
    List<KeyValue> pairs = new ArrayList<>();
    boolean more = false;
    try (Cursor cursor = source.cursor(range)) {
      for (KeyValue pair = cursor.next(); pair != null; pair = cursor.next()) {
        pairs.add(pair);
        if (pairs.size() > request.getLimit()) {
          more = true;
          break;
        }
      }
    }
    long count = more ? source.count(range) : pairs.size();
    return finish(pairs, count);
  }

  private RangeResult everything(KeyRange range) {
    List<KeyValue> pairs = new ArrayList<>();
    long count = 0;
    try (Cursor cursor = source.cursor(range)) {
      for (KeyValue pair = cursor.next(); pair != null; pair = cursor.next()) {
        count++;
        if (passes(request, pair)) {
          pairs.add(pair);
        }
      }
    }
    return finish(pairs, count);
  }

  private RangeResult finish(List<KeyValue> pairs, long count) {
    sort(pairs);
    boolean more = request.getLimit() > 0 && pairs.size() > request.getLimit();
    List<KeyValue> kept = more ? pairs.subList(0, (int) request.getLimit()) : pairs;
    if (request.getKeysOnly()) {
      kept.replaceAll(pair -> trimmed(request, pair));
    }
    return new RangeResult(kept, more, count);
  }

  private void sort(List<KeyValue> pairs) {
    boolean byKey = request.getSortTarget() == SortTarget.KEY;
    if (byKey && request.getSortOrder() != SortOrder.DESCEND) {
      return;
    }
    Comparator<KeyValue> order = order(request.getSortTarget());
    pairs.sort(request.getSortOrder() == SortOrder.DESCEND ? order.reversed() : order);
  }

  private static Comparator<KeyValue> order(SortTarget target) {
    return switch (target) {
      // The door lets no unknown target through; in the log it must not be an exception.
      case KEY, UNRECOGNIZED -> Comparator.comparing(KeyValue::getKey, BYTES);
      case VERSION -> Comparator.comparingLong(KeyValue::getVersion);
      case CREATE -> Comparator.comparingLong(KeyValue::getCreateRevision);
      case MOD -> Comparator.comparingLong(KeyValue::getModRevision);
      case VALUE -> Comparator.comparing(KeyValue::getValue, BYTES);
    };
  }

  static boolean passes(RangeRequest request, KeyValue pair) {
    return within(pair.getModRevision(), request.getMinModRevision(), request.getMaxModRevision())
        && within(
            pair.getCreateRevision(),
            request.getMinCreateRevision(),
            request.getMaxCreateRevision());
  }

  private static boolean within(long revision, long min, long max) {
    return (min == 0 || revision >= min) && (max == 0 || revision <= max);
  }

  private static KeyValue trimmed(RangeRequest request, KeyValue pair) {
    return request.getKeysOnly() ? pair.toBuilder().clearValue().build() : pair;
  }
}
