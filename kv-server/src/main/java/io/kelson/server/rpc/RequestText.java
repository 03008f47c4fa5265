package io.kelson.server.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;

/** A request in a log line: its key, cut short, and sizes; never a value. */
final class RequestText {
  private static final int MAX_KEY_BYTES = 64;

  private RequestText() {}

  static String of(Object request) {
    StringBuilder text = new StringBuilder();
    if (request instanceof PutRequest put) {
      key(text, "key", put.getKey());
      text.append(" value_bytes=").append(put.getValue().size());
    } else if (request instanceof RangeRequest range) {
      key(text, "key", range.getKey());
      key(text, "range_end", range.getRangeEnd());
      text.append(" limit=").append(range.getLimit());
      text.append(" serializable=").append(range.getSerializable());
    } else if (request instanceof DeleteRangeRequest delete) {
      key(text, "key", delete.getKey());
      key(text, "range_end", delete.getRangeEnd());
    } else if (request instanceof TxnRequest txn) {
      text.append(" compares=").append(txn.getCompareCount());
      text.append(" success_ops=").append(txn.getSuccessCount());
      text.append(" failure_ops=").append(txn.getFailureCount());
      key(text, "first_key", firstKey(txn));
    }
    if (request instanceof MessageLite message) {
      text.append(" request_bytes=").append(message.getSerializedSize());
    }
    return text.toString();
  }

  private static ByteString firstKey(TxnRequest txn) {
    if (txn.getCompareCount() > 0) {
      return txn.getCompare(0).getKey();
    }
    return txn.getSuccessCount() == 0 ? ByteString.EMPTY : keyOf(txn.getSuccess(0));
  }

  private static ByteString keyOf(RequestOp op) {
    return switch (op.getRequestCase()) {
      case REQUEST_RANGE -> op.getRequestRange().getKey();
      case REQUEST_PUT -> op.getRequestPut().getKey();
      case REQUEST_DELETE_RANGE -> op.getRequestDeleteRange().getKey();
      case REQUEST_TXN -> firstKey(op.getRequestTxn());
      case REQUEST_NOT_SET -> ByteString.EMPTY;
    };
  }

  private static void key(StringBuilder text, String name, ByteString key) {
    if (key.isEmpty()) {
      return;
    }
    text.append(' ').append(name).append("=\"");
    int shown = Math.min(key.size(), MAX_KEY_BYTES);
    for (int i = 0; i < shown; i++) {
      escape(text, key.byteAt(i) & 0xff);
    }
    text.append('"');
    if (shown < key.size()) {
      text.append("...").append(key.size()).append(" bytes");
    }
  }

  /** A client chooses the key: it must be able to forge neither a line nor a field. */
  private static void escape(StringBuilder text, int c) {
    if (c == '"' || c == '\\') {
      text.append('\\').append((char) c);
    } else if (c >= 0x20 && c < 0x7f) {
      text.append((char) c);
    } else {
      text.append(String.format("\\x%02x", c));
    }
  }
}
