package io.kelson.chaos.check;

import io.kelson.chaos.history.AuthRecord;
import io.kelson.chaos.history.Operation;
import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.DeleteResult;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.OpResult;
import io.kelson.client.PutOp;
import io.kelson.client.PutResult;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchEvent;
import java.util.List;
import java.util.stream.Collectors;

/** Writes operations and events in the short form that findings use. */
final class Describe {
  private static final int LONGEST_VALUE = 60;
  private static final int MOST_ITEMS = 8;

  private Describe() {}

  /** One operation on one line: who, when, what, and what came of it. */
  static String operation(Operation op) {
    String end = op.endNanos() == Long.MAX_VALUE ? "..." : Long.toString(op.endNanos());
    String outcome =
        switch (op.status()) {
          case OK -> "-> revision " + op.result().header().revision() + " " + result(op.result());
          case FAILED -> "-> FAILED " + op.error();
          case UNKNOWN -> "-> UNKNOWN " + op.error();
        };
    return "client %d node %d [%d..%s] %s %s"
        .formatted(op.client(), op.node(), op.startNanos(), end, call(op.call()), outcome);
  }

  /** A change of rights on one line. */
  static String change(AuthRecord change) {
    String end = change.endNanos() == Long.MAX_VALUE ? "..." : Long.toString(change.endNanos());
    String range =
        change.permission() == null
            ? ""
            : " "
                + change.permission().type()
                + " "
                + keys(change.permission().key(), change.permission().rangeEnd());
    return "client %d [%d..%s] %s %s %s%s -> %s %s"
        .formatted(
            change.client(),
            change.startNanos(),
            end,
            change.kind(),
            change.user(),
            change.role(),
            range,
            change.status(),
            change.error());
  }

  /** What was asked. */
  static String call(Op op) {
    return switch (op.kind()) {
      case RANGE -> range((RangeOp) op);
      case PUT -> put((PutOp) op);
      case DELETE -> "delete " + keys(((DeleteOp) op).key(), ((DeleteOp) op).rangeEnd());
      case TXN -> txn((TxnOp) op);
    };
  }

  private static String txn(TxnOp txn) {
    if (txn.compares().isEmpty() && txn.failure().isEmpty()) {
      return list(txn.success(), Describe::call);
    }
    return "if "
        + list(txn.compares(), Describe::compare)
        + " then "
        + list(txn.success(), Describe::call)
        + " else "
        + list(txn.failure(), Describe::call);
  }

  private static String range(RangeOp range) {
    return (range.serializable() ? "stale get " : "get ")
        + keys(range.key(), range.rangeEnd())
        + (range.revision() > 0 ? " at " + range.revision() : "")
        + (range.limit() > 0 ? " limit " + range.limit() : "");
  }

  private static String put(PutOp put) {
    return "put "
        + put.key()
        + (put.ignoreValue() ? " same value" : "=" + value(put.value()))
        + (put.lease() != 0 ? " lease " + put.lease() : "");
  }

  private static String compare(Compare compare) {
    return keys(compare.key(), compare.rangeEnd())
        + " "
        + compare.target()
        + " "
        + compare.relation()
        + " "
        + (compare.target() == Compare.Target.VALUE ? value(compare.value()) : compare.number());
  }

  private static String result(OpResult result) {
    return switch (result.kind()) {
      case RANGE ->
          list(((RangeResult) result).kvs(), Describe::keyValue)
              + "/"
              + ((RangeResult) result).count();
      case PUT ->
          "put" + ((PutResult) result).prevKv().map(kv -> " over " + keyValue(kv)).orElse("");
      case DELETE -> "deleted " + ((DeleteResult) result).deleted();
      case TXN ->
          (((TxnResult) result).succeeded() ? "then " : "else ")
              + list(((TxnResult) result).results(), Describe::result);
    };
  }

  /** One pair with its numbers. */
  static String keyValue(KeyValue kv) {
    if (kv == null) {
      return "nothing";
    }
    return "%s=%s(create %d mod %d version %d%s)"
        .formatted(
            kv.key(),
            value(kv.value()),
            kv.createRevision(),
            kv.modRevision(),
            kv.version(),
            kv.lease() == 0 ? "" : " lease " + kv.lease());
  }

  /** The events of a revision. */
  static String events(List<WatchEvent> events) {
    return list(events, Describe::event);
  }

  /** One event. */
  static String event(WatchEvent event) {
    return event.type() == WatchEvent.Type.PUT
        ? "put " + keyValue(event.kv())
        : "delete " + event.kv().key() + " at " + event.kv().modRevision();
  }

  /** A value, cut if it is long. */
  static String value(Bytes value) {
    String text = value.toString();
    return text.length() <= LONGEST_VALUE
        ? text
        : text.substring(0, LONGEST_VALUE) + "...(" + value.size() + " bytes)";
  }

  private static String keys(Bytes key, Bytes rangeEnd) {
    return rangeEnd.isEmpty() ? key.toString() : "[" + key + ", " + rangeEnd + ")";
  }

  /** A list, cut if it is long. */
  static <T> String list(List<T> items, java.util.function.Function<T, String> one) {
    String shown =
        items.stream().limit(MOST_ITEMS).map(one).collect(Collectors.joining("; ", "{", ""));
    return shown + (items.size() > MOST_ITEMS ? "; and " + (items.size() - MOST_ITEMS) : "") + "}";
  }
}
