package io.kelson.bench;

import com.google.protobuf.ByteString;
import io.kelson.api.Compare;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.ResponseOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.api.mvcc.KeyValue;
import java.util.List;

/** A put for the case that nobody wrote its key meanwhile; else the key is read. */
final class GuardedPut {
  private GuardedPut() {}

  /** Compares the revision of the key's last change, 0 for a key that is not there. */
  static TxnRequest of(ByteString key, long modRevision, PutRequest put) {
    return TxnRequest.newBuilder()
        .addCompare(
            Compare.newBuilder()
                .setKey(key)
                .setTarget(Compare.CompareTarget.MOD)
                .setResult(Compare.CompareResult.EQUAL)
                .setModRevision(modRevision))
        .addSuccess(RequestOp.newBuilder().setRequestPut(put))
        .addFailure(
            RequestOp.newBuilder().setRequestRange(RangeRequest.newBuilder().setKey(key).build()))
        .build();
  }

  /** What is wrong with the answer to such a transaction; empty if nothing is. */
  static String flaw(ByteString key, long comparedWith, TxnResponse reply) {
    if (reply.getHeader().getRevision() <= comparedWith) {
      return "driver: a transaction was answered with a revision of before";
    }
    if (reply.getResponsesCount() != 1) {
      return "driver: a transaction of one operation with "
          + reply.getResponsesCount()
          + " answers";
    }
    ResponseOp only = reply.getResponses(0);
    if (reply.getSucceeded()) {
      return only.hasResponsePut() ? "" : "driver: the wrong branch was answered";
    }
    if (!only.hasResponseRange()) {
      return "driver: the wrong branch was answered";
    }
    List<KeyValue> found = only.getResponseRange().getKvsList();
    if (found.size() > 1 || !found.isEmpty() && !found.get(0).getKey().equals(key)) {
      return "driver: another key was read than the one asked for";
    }
    return seen(reply) == comparedWith
        ? "driver: a compare failed, and the key is as it was compared with"
        : "";
  }

  /** The revision of the key's last change as of a sound answer, 0 if it is not there. */
  static long seen(TxnResponse reply) {
    if (reply.getSucceeded()) {
      return reply.getHeader().getRevision();
    }
    List<KeyValue> found = reply.getResponses(0).getResponseRange().getKvsList();
    return found.isEmpty() ? 0 : found.get(0).getModRevision();
  }
}
