package io.kelson.chaos.check;

import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.client.DeleteResult;
import io.kelson.client.KeyValue;
import io.kelson.client.Op;
import io.kelson.client.OpResult;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** Questions about calls and their results that several checkers ask. */
final class Calls {
  private Calls() {}

  /** Whether the operation was answered. */
  static boolean ok(Operation op) {
    return op.status() == Status.OK;
  }

  /** The revision of an answered operation. */
  static long revision(Operation op) {
    return op.result().header().revision();
  }

  /** Whether the call is bound to real time: false if it is nothing but serializable ranges. */
  static boolean linearizable(TxnOp call) {
    return !(call.success().stream().allMatch(Calls::serializable)
        && call.failure().stream().allMatch(Calls::serializable));
  }

  private static boolean serializable(Op op) {
    return op.kind() == Op.Kind.RANGE && ((RangeOp) op).serializable();
  }

  /** Whether a result says that something was changed. */
  static boolean changed(OpResult result) {
    return switch (result.kind()) {
      case RANGE -> false;
      case PUT -> true;
      case DELETE -> ((DeleteResult) result).deleted() > 0;
      case TXN -> ((TxnResult) result).results().stream().anyMatch(Calls::changed);
    };
  }

  /** Hands over every step of both branches, nested ones too, but no transaction itself. */
  static void forEachStep(TxnOp call, Consumer<Op> consumer) {
    steps(call.success(), consumer);
    steps(call.failure(), consumer);
  }

  private static void steps(List<Op> steps, Consumer<Op> consumer) {
    for (Op op : steps) {
      if (op.kind() == Op.Kind.TXN) {
        forEachStep((TxnOp) op, consumer);
      } else {
        consumer.accept(op);
      }
    }
  }

  /** A step that ran, and what it was answered. */
  interface StepConsumer {
    /** Takes one. */
    void accept(Op op, OpResult result);
  }

  /** Hands over every step that ran with its result, nested ones too, in order. */
  static void forEachAnswered(TxnOp call, TxnResult result, StepConsumer consumer) {
    List<Op> steps = result.succeeded() ? call.success() : call.failure();
    for (int i = 0; i < Math.min(steps.size(), result.results().size()); i++) {
      Op op = steps.get(i);
      OpResult answer = result.results().get(i);
      if (op.kind() != answer.kind()) {
        continue;
      }
      if (op.kind() == Op.Kind.TXN) {
        forEachAnswered((TxnOp) op, (TxnResult) answer, consumer);
      } else {
        consumer.accept(op, answer);
      }
    }
  }

  /** Whether two lists hold the same changes of the same keys, the keys in whatever order. */
  static boolean sameEvents(List<WatchEvent> one, List<WatchEvent> other) {
    if (one.size() != other.size()) {
      return false;
    }
    return inOrder(one, other) || inOrder(byKey(one), byKey(other));
  }

  private static boolean inOrder(List<WatchEvent> one, List<WatchEvent> other) {
    for (int i = 0; i < one.size(); i++) {
      if (!sameEvent(one.get(i), other.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Whether two events are the same change, whatever they say about what was before. */
  static boolean sameEvent(WatchEvent one, WatchEvent other) {
    KeyValue kv = one.kv();
    return one.type() == other.type() && kv.equals(other.kv());
  }

  private static List<WatchEvent> byKey(List<WatchEvent> events) {
    List<WatchEvent> copy = new ArrayList<>(events);
    copy.sort(Comparator.comparing(event -> event.kv().key()));
    return copy;
  }
}
