package io.kelson.server.apply;

import com.google.protobuf.ByteString;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.DeleteRangeResponse;
import io.kelson.api.EtcdError;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.server.mvcc.KeyRange;
import io.kelson.server.mvcc.RangeResult;
import io.kelson.server.mvcc.ReadView;
import io.kelson.server.mvcc.WriteTxn;
import java.util.List;

/**
 * The single operations, alone or inside a transaction: first what may refuse them, then what they
 * do. The headers of what they return hold only a revision.
 */
final class Operations {
  private Operations() {}

  /**
   * Whether a put can be done.
   *
   * @throws RefusedException if it names a lease that does not exist, or keeps the value or lease
   *     of a key that does not exist
   */
  static void requirePossible(PutRequest put, WriteTxn before) {
    if (put.getLease() != 0 && !before.hasLease(put.getLease())) {
      throw new RefusedException(EtcdError.LEASE_NOT_FOUND);
    }
    if ((put.getIgnoreValue() || put.getIgnoreLease()) && before.get(put.getKey()) == null) {
      throw new RefusedException(EtcdError.KEY_NOT_FOUND);
    }
  }

  /**
   * Whether a range inside a transaction can be read. Here a negative revision is a compacted one,
   * as in etcd; outside it is the newest.
   */
  static void requirePossible(RangeRequest range, ReadView before) {
    if (range.getRevision() > before.revision()) {
      throw new RefusedException(EtcdError.FUTURE_REVISION);
    }
    if (range.getRevision() != 0
        && (range.getRevision() < 0 || range.getRevision() < before.compactRevision())) {
      throw new RefusedException(EtcdError.COMPACTED);
    }
  }

  /**
   * Whether a put inside a transaction can be done. Here a missing key comes before a missing
   * lease, as in etcd; outside it is the other way round.
   */
  static void requirePossibleInTxn(PutRequest put, WriteTxn before) {
    if ((put.getIgnoreValue() || put.getIgnoreLease()) && before.get(put.getKey()) == null) {
      throw new RefusedException(EtcdError.KEY_NOT_FOUND);
    }
    requirePossible(put, before);
  }

  /** Does it; returns the pair the key had just before, or null. */
  static KeyValue put(PutRequest put, WriteTxn txn) {
    ByteString value = put.getValue();
    long lease = put.getLease();
    if (put.getIgnoreValue() || put.getIgnoreLease()) {
      KeyValue kept = txn.get(put.getKey());
      value = put.getIgnoreValue() && kept != null ? kept.getValue() : value;
      lease = put.getIgnoreLease() && kept != null ? kept.getLease() : lease;
    }
    return txn.put(put.getKey(), value, lease);
  }

  /** What to answer to a put that has been done. */
  static PutResponse.Builder response(PutRequest put, KeyValue previous, ResponseHeader header) {
    PutResponse.Builder response = PutResponse.newBuilder().setHeader(header);
    if (put.getPrevKv() && previous != null) {
      response.setPrevKv(previous);
    }
    return response;
  }

  static DeleteRangeResponse.Builder delete(DeleteRangeRequest delete, WriteTxn txn) {
    List<KeyValue> deleted = txn.delete(KeyRange.of(delete.getKey(), delete.getRangeEnd()));
    DeleteRangeResponse.Builder response =
        DeleteRangeResponse.newBuilder().setHeader(at(txn.revision())).setDeleted(deleted.size());
    if (delete.getPrevKv()) {
      response.addAllPrevKvs(deleted);
    }
    return response;
  }

  static RangeResponse.Builder range(RangeRequest range, ReadView view) {
    RangeResult result = view.range(range);
    return RangeResponse.newBuilder()
        .setHeader(at(view.revision()))
        .addAllKvs(result.kvs())
        .setMore(result.more())
        .setCount(result.count());
  }

  static ResponseHeader at(long revision) {
    return ResponseHeader.newBuilder().setRevision(revision).build();
  }
}
