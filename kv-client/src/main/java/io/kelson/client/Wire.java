package io.kelson.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.DeleteRangeResponse;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.RequestOp;
import io.kelson.api.ResponseHeader;
import io.kelson.api.ResponseOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Records to messages and back. Keys and values are not copied on the way out. */
final class Wire {
  private Wire() {}

  static ByteString bytes(Bytes bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes.shared());
  }

  static Bytes bytes(ByteString bytes) {
    return Bytes.wrap(bytes.toByteArray());
  }

  static RangeRequest range(RangeOp op) {
    return RangeRequest.newBuilder()
        .setKey(bytes(op.key()))
        .setRangeEnd(bytes(op.rangeEnd()))
        .setLimit(op.limit())
        .setRevision(op.revision())
        .setSortOrderValue(op.sortOrder().ordinal())
        .setSortTargetValue(op.sortTarget().ordinal())
        .setSerializable(op.serializable())
        .setKeysOnly(op.keysOnly())
        .setCountOnly(op.countOnly())
        .setMinModRevision(op.minModRevision())
        .setMaxModRevision(op.maxModRevision())
        .setMinCreateRevision(op.minCreateRevision())
        .setMaxCreateRevision(op.maxCreateRevision())
        .build();
  }

  static PutRequest put(PutOp op) {
    return PutRequest.newBuilder()
        .setKey(bytes(op.key()))
        .setValue(bytes(op.value()))
        .setLease(op.lease())
        .setPrevKv(op.prevKv())
        .setIgnoreValue(op.ignoreValue())
        .setIgnoreLease(op.ignoreLease())
        .build();
  }

  static DeleteRangeRequest delete(DeleteOp op) {
    return DeleteRangeRequest.newBuilder()
        .setKey(bytes(op.key()))
        .setRangeEnd(bytes(op.rangeEnd()))
        .setPrevKv(op.prevKv())
        .build();
  }

  static TxnRequest txn(TxnOp op) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    op.compares().forEach(compare -> txn.addCompare(compare(compare)));
    op.success().forEach(step -> txn.addSuccess(requestOp(step)));
    op.failure().forEach(step -> txn.addFailure(requestOp(step)));
    return txn.build();
  }

  private static RequestOp requestOp(Op op) {
    RequestOp.Builder request = RequestOp.newBuilder();
    return switch (op.kind()) {
      case RANGE -> request.setRequestRange(range((RangeOp) op)).build();
      case PUT -> request.setRequestPut(put((PutOp) op)).build();
      case DELETE -> request.setRequestDeleteRange(delete((DeleteOp) op)).build();
      case TXN -> request.setRequestTxn(txn((TxnOp) op)).build();
    };
  }

  private static io.kelson.api.Compare compare(Compare compare) {
    io.kelson.api.Compare.Builder message =
        io.kelson.api.Compare.newBuilder()
            .setKey(bytes(compare.key()))
            .setRangeEnd(bytes(compare.rangeEnd()))
            .setResultValue(compare.relation().ordinal())
            .setTargetValue(compare.target().ordinal());
    return switch (compare.target()) {
      case VERSION -> message.setVersion(compare.number()).build();
      case CREATE_REVISION -> message.setCreateRevision(compare.number()).build();
      case MOD_REVISION -> message.setModRevision(compare.number()).build();
      case VALUE -> message.setValue(bytes(compare.value())).build();
      case LEASE -> message.setLease(compare.number()).build();
    };
  }

  static WatchRequest watchCreate(WatchOptions options, long startRevision, long watchId) {
    WatchCreateRequest.Builder create =
        WatchCreateRequest.newBuilder()
            .setKey(bytes(options.key()))
            .setRangeEnd(bytes(options.rangeEnd()))
            .setStartRevision(startRevision)
            .setWatchId(watchId)
            .setPrevKv(options.prevKv())
            .setProgressNotify(options.progressNotify());
    if (options.noPut()) {
      create.addFilters(WatchCreateRequest.FilterType.NOPUT);
    }
    if (options.noDelete()) {
      create.addFilters(WatchCreateRequest.FilterType.NODELETE);
    }
    return WatchRequest.newBuilder().setCreateRequest(create).build();
  }

  static Header header(ResponseHeader header) {
    return new Header(
        header.getClusterId(), header.getMemberId(), header.getRevision(), header.getRaftTerm());
  }

  static KeyValue keyValue(io.kelson.api.mvcc.KeyValue kv) {
    return new KeyValue(
        bytes(kv.getKey()),
        kv.getCreateRevision(),
        kv.getModRevision(),
        kv.getVersion(),
        bytes(kv.getValue()),
        kv.getLease());
  }

  private static List<KeyValue> keyValues(List<io.kelson.api.mvcc.KeyValue> messages) {
    List<KeyValue> kvs = new ArrayList<>(messages.size());
    messages.forEach(message -> kvs.add(keyValue(message)));
    return kvs;
  }

  static RangeResult range(RangeResponse response) {
    return new RangeResult(
        header(response.getHeader()),
        keyValues(response.getKvsList()),
        response.getMore(),
        response.getCount());
  }

  static PutResult put(PutResponse response) {
    Optional<KeyValue> prevKv =
        response.hasPrevKv() ? Optional.of(keyValue(response.getPrevKv())) : Optional.empty();
    return new PutResult(header(response.getHeader()), prevKv);
  }

  static DeleteResult delete(DeleteRangeResponse response) {
    return new DeleteResult(
        header(response.getHeader()), response.getDeleted(), keyValues(response.getPrevKvsList()));
  }

  static TxnResult txn(TxnResponse response) {
    List<OpResult> results = new ArrayList<>(response.getResponsesCount());
    response.getResponsesList().forEach(step -> results.add(opResult(step)));
    return new TxnResult(header(response.getHeader()), response.getSucceeded(), results);
  }

  private static OpResult opResult(ResponseOp response) {
    return switch (response.getResponseCase()) {
      case RESPONSE_RANGE -> range(response.getResponseRange());
      case RESPONSE_PUT -> put(response.getResponsePut());
      case RESPONSE_DELETE_RANGE -> delete(response.getResponseDeleteRange());
      case RESPONSE_TXN -> txn(response.getResponseTxn());
      case RESPONSE_NOT_SET ->
          throw new EtcdException(
              ErrorCode.INTERNAL, "the server's transaction reply holds an empty step", null);
    };
  }

  static WatchBatch events(WatchResponse response) {
    List<WatchEvent> events = new ArrayList<>(response.getEventsCount());
    for (Event event : response.getEventsList()) {
      events.add(
          new WatchEvent(
              event.getType() == Event.EventType.DELETE
                  ? WatchEvent.Type.DELETE
                  : WatchEvent.Type.PUT,
              keyValue(event.getKv()),
              event.hasPrevKv() ? Optional.of(keyValue(event.getPrevKv())) : Optional.empty()));
    }
    return new WatchBatch(header(response.getHeader()), events);
  }
}
