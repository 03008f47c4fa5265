package io.kelson.server.diff;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeRequest.SortTarget;
import io.kelson.api.RangeResponse;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.api.mvcc.KeyValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Takes out of sorted ranges what depends on the sort being stable: pairs that are equal to the
 * sort come by key, and where the limit cuts through such pairs, which of them are there is left
 * open.
 */
final class SortTies {
  /** Go's sort leaves no more than these in the order they had. */
  private static final int SORTED_BY_INSERTION = 12;

  private static final Comparator<ByteString> BYTES =
      ByteString.unsignedLexicographicalComparator();

  private SortTies() {}

  /** The answer to a range or a transaction without it; anything else as it is. */
  static Message settled(Message request, Message response) {
    if (request instanceof RangeRequest range && response instanceof RangeResponse found) {
      return settled(range, found);
    }
    if (request instanceof TxnRequest txn && response instanceof TxnResponse done) {
      return settled(txn, done);
    }
    return response;
  }

  private static TxnResponse settled(TxnRequest txn, TxnResponse done) {
    List<RequestOp> ops = done.getSucceeded() ? txn.getSuccessList() : txn.getFailureList();
    TxnResponse.Builder settled = done.toBuilder();
    for (int i = 0; i < Math.min(ops.size(), done.getResponsesCount()); i++) {
      RequestOp op = ops.get(i);
      if (op.hasRequestRange() && done.getResponses(i).hasResponseRange()) {
        settled
            .getResponsesBuilder(i)
            .setResponseRange(
                settled(op.getRequestRange(), done.getResponses(i).getResponseRange()));
      } else if (op.hasRequestTxn() && done.getResponses(i).hasResponseTxn()) {
        settled
            .getResponsesBuilder(i)
            .setResponseTxn(settled(op.getRequestTxn(), done.getResponses(i).getResponseTxn()));
      }
    }
    return settled.build();
  }

  private static RangeResponse settled(RangeRequest range, RangeResponse found) {
    if (range.getSortTarget() == SortTarget.KEY
        || found.getCount() <= SORTED_BY_INSERTION
        || found.getKvsCount() == 0) {
      return found;
    }
    Comparator<KeyValue> order = order(range.getSortTarget());
    List<KeyValue> pairs = new ArrayList<>();
    List<KeyValue> equal = new ArrayList<>();
    for (KeyValue pair : found.getKvsList()) {
      if (!equal.isEmpty() && order.compare(equal.get(0), pair) != 0) {
        addByKey(equal, pairs);
      }
      equal.add(pair);
    }
    if (found.getMore()) {
      equal.forEach(pair -> pairs.add(sortedOnly(range.getSortTarget(), pair)));
    } else {
      addByKey(equal, pairs);
    }
    return found.toBuilder().clearKvs().addAllKvs(pairs).build();
  }

  private static void addByKey(List<KeyValue> equal, List<KeyValue> pairs) {
    equal.sort(Comparator.comparing(KeyValue::getKey, BYTES));
    pairs.addAll(equal);
    equal.clear();
  }

  private static Comparator<KeyValue> order(SortTarget target) {
    return switch (target) {
      case VERSION -> Comparator.comparingLong(KeyValue::getVersion);
      case CREATE -> Comparator.comparingLong(KeyValue::getCreateRevision);
      case MOD -> Comparator.comparingLong(KeyValue::getModRevision);
      case VALUE -> Comparator.comparing(KeyValue::getValue, BYTES);
      case KEY, UNRECOGNIZED -> Comparator.comparing(KeyValue::getKey, BYTES);
    };
  }

  /** Nothing but what it was sorted by. */
  private static KeyValue sortedOnly(SortTarget target, KeyValue pair) {
    KeyValue.Builder only = KeyValue.newBuilder();
    return switch (target) {
      case VERSION -> only.setVersion(pair.getVersion()).build();
      case CREATE -> only.setCreateRevision(pair.getCreateRevision()).build();
      case MOD -> only.setModRevision(pair.getModRevision()).build();
      case VALUE -> only.setValue(pair.getValue()).build();
      case KEY, UNRECOGNIZED -> pair;
    };
  }
}
