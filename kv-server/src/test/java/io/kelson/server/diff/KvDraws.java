package io.kelson.server.diff;

import com.google.protobuf.ByteString;
import io.kelson.api.CompactionRequest;
import io.kelson.api.Compare;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import java.util.ArrayList;
import java.util.List;

/** Random requests to the KV service, with every option. */
final class KvDraws {
  private static final int UNKNOWN_ENUM = 7;
  private static final int MAX_OPS = 128;
  private static final int MAX_DEPTH = 3;

  /**
   * A request but for the revisions it names.
   *
   * @param <Q> its type
   */
  interface Template<Q> {
    Q at(Marks marks);
  }

  private final Draws draws;

  KvDraws(Draws draws) {
    this.draws = draws;
  }

  Template<RangeRequest> range() {
    ByteString key = draws.maybeKey();
    RangeRequest.Builder request =
        RangeRequest.newBuilder()
            .setKey(key)
            .setRangeEnd(draws.rangeEnd(key))
            .setSerializable(draws.percent(20))
            .setKeysOnly(draws.percent(15))
            .setCountOnly(draws.percent(15));
    if (draws.percent(50)) {
      request.setLimit(draws.oneOf(1L, 1L, 2L, 3L, 5L, 1000L, -1L, Long.MAX_VALUE));
    }
    if (draws.percent(50)) {
      request.setSortOrderValue(draws.below(3)).setSortTargetValue(draws.below(5));
    }
    Draws.Revision revision = draws.maybeRevision(35);
    Draws.Revision minMod = draws.maybeRevision(10);
    Draws.Revision maxMod = draws.maybeRevision(10);
    Draws.Revision minCreate = draws.maybeRevision(10);
    Draws.Revision maxCreate = draws.maybeRevision(10);
    RangeRequest fixed = request.build();
    return marks ->
        fixed.toBuilder()
            .setRevision(revision.at(marks))
            .setMinModRevision(minMod.at(marks))
            .setMaxModRevision(maxMod.at(marks))
            .setMinCreateRevision(minCreate.at(marks))
            .setMaxCreateRevision(maxCreate.at(marks))
            .build();
  }

  Template<RangeRequest> unknownSort() {
    Template<RangeRequest> known = range();
    boolean order = draws.percent(50);
    return marks -> {
      RangeRequest.Builder request = known.at(marks).toBuilder();
      return order
          ? request.setSortOrderValue(UNKNOWN_ENUM).build()
          : request.setSortTargetValue(UNKNOWN_ENUM).build();
    };
  }

  Template<PutRequest> put() {
    PutRequest.Builder put =
        PutRequest.newBuilder()
            .setKey(draws.maybeKey())
            .setValue(draws.value())
            .setPrevKv(draws.percent(40));
    if (draws.percent(20)) {
      put.setLease(draws.lease());
    }
    if (draws.percent(15)) {
      put.setIgnoreValue(true);
      if (draws.percent(85)) {
        put.clearValue();
      }
    }
    if (draws.percent(15)) {
      put.setIgnoreLease(true);
      if (draws.percent(85)) {
        put.clearLease();
      }
    }
    PutRequest fixed = put.build();
    return marks -> fixed;
  }

  Template<PutRequest> bigPut(int bytes) {
    PutRequest fixed =
        PutRequest.newBuilder()
            .setKey(draws.key())
            .setValue(ByteString.copyFrom(new byte[bytes]))
            .setPrevKv(draws.percent(50))
            .build();
    return marks -> fixed;
  }

  /** Several large values in one revision: more than one watch response may hold. */
  Template<TxnRequest> bigTxn() {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (String key : List.of("a", "b", "c")) {
      txn.addSuccess(
          RequestOp.newBuilder()
              .setRequestPut(
                  PutRequest.newBuilder()
                      .setKey(ByteString.copyFromUtf8(key))
                      .setValue(ByteString.copyFrom(new byte[450_000]))));
    }
    TxnRequest fixed = txn.build();
    return marks -> fixed;
  }

  Template<DeleteRangeRequest> delete() {
    ByteString key = draws.maybeKey();
    DeleteRangeRequest fixed =
        DeleteRangeRequest.newBuilder()
            .setKey(key)
            // A range that takes everything leaves little to look at, so it is rarer here.
            .setRangeEnd(draws.percent(60) ? ByteString.EMPTY : draws.rangeEnd(key))
            .setPrevKv(draws.percent(50))
            .build();
    return marks -> fixed;
  }

  Template<CompactionRequest> compact() {
    Draws.Revision revision = draws.revision();
    boolean physical = draws.percent(30);
    return marks ->
        CompactionRequest.newBuilder()
            .setRevision(revision.at(marks))
            .setPhysical(physical)
            .build();
  }

  Template<TxnRequest> txn() {
    return draws.percent(4) ? crowded() : txn(MAX_DEPTH);
  }

  private Template<TxnRequest> txn(int depth) {
    List<Template<Compare>> compares = listOf(draws.below(3), this::compare);
    List<Template<RequestOp>> success = listOf(draws.below(4), () -> op(depth));
    List<Template<RequestOp>> failure = listOf(draws.below(4), () -> op(depth));
    return marks ->
        TxnRequest.newBuilder()
            .addAllCompare(compares.stream().map(each -> each.at(marks)).toList())
            .addAllSuccess(success.stream().map(each -> each.at(marks)).toList())
            .addAllFailure(failure.stream().map(each -> each.at(marks)).toList())
            .build();
  }

  private static <T> List<T> listOf(int size, java.util.function.Supplier<T> element) {
    List<T> list = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      list.add(element.get());
    }
    return list;
  }

  private Template<RequestOp> op(int depth) {
    int kind = draws.below(100);
    if (kind < 30) {
      Template<RangeRequest> range = range();
      return marks -> RequestOp.newBuilder().setRequestRange(range.at(marks)).build();
    } else if (kind < 65) {
      Template<PutRequest> put = put();
      return marks -> RequestOp.newBuilder().setRequestPut(put.at(marks)).build();
    } else if (kind < 82) {
      Template<DeleteRangeRequest> delete = delete();
      return marks -> RequestOp.newBuilder().setRequestDeleteRange(delete.at(marks)).build();
    } else if (kind < 98 && depth > 1) {
      Template<TxnRequest> nested = txn(depth - 1);
      return marks -> RequestOp.newBuilder().setRequestTxn(nested.at(marks)).build();
    }
    return marks -> RequestOp.getDefaultInstance();
  }

  /** As many operations as are allowed, or one more; nested ones share them. */
  private Template<TxnRequest> crowded() {
    int outer = draws.oneOf(1, MAX_OPS - 1, MAX_OPS, MAX_OPS + 1);
    int inner = draws.oneOf(0, 1, MAX_OPS - 1, MAX_OPS);
    boolean puts = draws.percent(50);
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = 0; i < outer - (inner > 0 ? 1 : 0); i++) {
      txn.addSuccess(numbered("o", i, puts));
    }
    if (inner > 0) {
      TxnRequest.Builder nested = TxnRequest.newBuilder();
      for (int i = 0; i < inner; i++) {
        nested.addFailure(numbered("i", i, puts)).addSuccess(numbered("i", i, puts));
      }
      txn.addSuccess(RequestOp.newBuilder().setRequestTxn(nested));
    }
    TxnRequest fixed = txn.build();
    return marks -> fixed;
  }

  private static RequestOp numbered(String prefix, int i, boolean put) {
    ByteString key = ByteString.copyFromUtf8(prefix + i);
    RequestOp.Builder op = RequestOp.newBuilder();
    return put
        ? op.setRequestPut(PutRequest.newBuilder().setKey(key)).build()
        : op.setRequestRange(RangeRequest.newBuilder().setKey(key).setCountOnly(true)).build();
  }

  private Template<Compare> compare() {
    ByteString key = draws.maybeKey();
    Compare.Builder compare =
        Compare.newBuilder()
            .setKey(key)
            .setTargetValue(draws.percent(3) ? UNKNOWN_ENUM : draws.below(5))
            .setResultValue(draws.percent(3) ? UNKNOWN_ENUM : draws.below(4));
    if (draws.percent(25)) {
      compare.setRangeEnd(draws.rangeEnd(key));
    }
    int union = draws.percent(90) ? compare.getTargetValue() : draws.below(6);
    switch (union) {
      case 0 -> compare.setVersion(draws.between(-1, 3));
      case 3 -> compare.setValue(draws.value());
      case 4 -> compare.setLease(draws.percent(50) ? 0 : draws.lease());
      default -> {}
    }
    Draws.Revision revision = draws.maybeRevision(70);
    Compare fixed = compare.build();
    return switch (union) {
      case 1 -> marks -> fixed.toBuilder().setCreateRevision(revision.at(marks)).build();
      case 2 -> marks -> fixed.toBuilder().setModRevision(revision.at(marks)).build();
      default -> marks -> fixed;
    };
  }
}
