package io.kelson.client;

import java.util.List;

/**
 * Puts a prefix before keys on the way out and takes it away on the way back. Immutable.
 *
 * <p>An empty key stays empty, so that the server refuses it in its own words. A range without an
 * end ends where the prefix does.
 */
final class Namespace {
  private final Bytes prefix;

  Namespace(Bytes prefix) {
    this.prefix = prefix;
  }

  boolean isNone() {
    return prefix.isEmpty();
  }

  Bytes key(Bytes key) {
    return key.isEmpty() ? key : prefix.concat(key);
  }

  private Bytes end(Bytes end) {
    if (end.isEmpty()) {
      return end;
    }
    return end.equals(Bytes.ZERO) ? prefix.prefixEnd() : prefix.concat(end);
  }

  RangeOp in(RangeOp op) {
    return isNone()
        ? op
        : new RangeOp(
            key(op.key()),
            end(op.rangeEnd()),
            op.limit(),
            op.revision(),
            op.sortOrder(),
            op.sortTarget(),
            op.serializable(),
            op.keysOnly(),
            op.countOnly(),
            op.minModRevision(),
            op.maxModRevision(),
            op.minCreateRevision(),
            op.maxCreateRevision());
  }

  PutOp in(PutOp op) {
    return isNone()
        ? op
        : new PutOp(
            key(op.key()), op.value(), op.lease(), op.prevKv(), op.ignoreValue(), op.ignoreLease());
  }

  DeleteOp in(DeleteOp op) {
    return isNone() ? op : new DeleteOp(key(op.key()), end(op.rangeEnd()), op.prevKv());
  }

  TxnOp in(TxnOp op) {
    return isNone()
        ? op
        : new TxnOp(
            op.compares().stream().map(this::in).toList(), all(op.success()), all(op.failure()));
  }

  private List<Op> all(List<Op> ops) {
    return ops.stream().map(this::in).toList();
  }

  private Op in(Op op) {
    return switch (op.kind()) {
      case RANGE -> in((RangeOp) op);
      case PUT -> in((PutOp) op);
      case DELETE -> in((DeleteOp) op);
      case TXN -> in((TxnOp) op);
    };
  }

  private Compare in(Compare compare) {
    return new Compare(
        key(compare.key()),
        end(compare.rangeEnd()),
        compare.target(),
        compare.relation(),
        compare.number(),
        compare.value());
  }

  /** A watch on the empty key begins at the first there is, as it does without a prefix. */
  WatchOptions in(WatchOptions options) {
    return isNone()
        ? options
        : new WatchOptions(
            prefix.concat(options.key().isEmpty() ? Bytes.ZERO : options.key()),
            end(options.rangeEnd()),
            options.startRevision(),
            options.prevKv(),
            options.progressNotify(),
            options.noPut(),
            options.noDelete());
  }

  Bytes without(Bytes key) {
    return key.startsWith(prefix) ? key.from(prefix.size()) : key;
  }

  KeyValue out(KeyValue kv) {
    return new KeyValue(
        without(kv.key()),
        kv.createRevision(),
        kv.modRevision(),
        kv.version(),
        kv.value(),
        kv.lease());
  }

  private List<KeyValue> out(List<KeyValue> kvs) {
    return kvs.stream().map(this::out).toList();
  }

  RangeResult out(RangeResult result) {
    return isNone()
        ? result
        : new RangeResult(result.header(), out(result.kvs()), result.more(), result.count());
  }

  PutResult out(PutResult result) {
    return isNone() ? result : new PutResult(result.header(), result.prevKv().map(this::out));
  }

  DeleteResult out(DeleteResult result) {
    return isNone()
        ? result
        : new DeleteResult(result.header(), result.deleted(), out(result.prevKvs()));
  }

  TxnResult out(TxnResult result) {
    return isNone()
        ? result
        : new TxnResult(
            result.header(), result.succeeded(), result.results().stream().map(this::out).toList());
  }

  private OpResult out(OpResult result) {
    return switch (result.kind()) {
      case RANGE -> out((RangeResult) result);
      case PUT -> out((PutResult) result);
      case DELETE -> out((DeleteResult) result);
      case TXN -> out((TxnResult) result);
    };
  }

  /** A lease may hold keys of others, which are nobody's business here. */
  LeaseTimeToLive out(LeaseTimeToLive answer) {
    return isNone()
        ? answer
        : new LeaseTimeToLive(
            answer.header(),
            answer.id(),
            answer.ttlSeconds(),
            answer.grantedTtlSeconds(),
            answer.keys().stream()
                .filter(key -> key.startsWith(prefix))
                .map(this::without)
                .toList());
  }

  /** A listener that hears of keys without the prefix. */
  WatchListener out(WatchListener listener) {
    if (isNone()) {
      return listener;
    }
    return new WatchListener() {
      @Override
      public void onCreated(Header header) {
        listener.onCreated(header);
      }

      @Override
      public void onEvents(WatchBatch batch) {
        List<WatchEvent> events =
            batch.events().stream()
                .map(
                    event ->
                        new WatchEvent(
                            event.type(),
                            Namespace.this.out(event.kv()),
                            event.prevKv().map(Namespace.this::out)))
                .toList();
        listener.onEvents(new WatchBatch(batch.header(), events));
      }

      @Override
      public void onProgress(Header header) {
        listener.onProgress(header);
      }

      @Override
      public void onInterrupted(EtcdException cause) {
        listener.onInterrupted(cause);
      }

      @Override
      public void onClosed(EtcdException cause) {
        listener.onClosed(cause);
      }
    };
  }
}
