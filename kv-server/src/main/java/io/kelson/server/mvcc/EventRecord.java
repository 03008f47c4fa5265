package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.kelson.api.mvcc.KeyValue;
import java.io.IOException;

/**
 * One change as {@code rev} holds it: which key, and where its pair and the one before are found.
 *
 * <p>The pairs themselves stand in {@code cur} or {@code hist} under the same key, so a value is
 * written once when it is new and once when it is superseded, not a third and fourth time for
 * watchers. Compaction drops a superseded pair only together with the event that superseded it,
 * which is why an event's previous pair can never be missing.
 *
 * <p>Only a pair that the same transaction replaced again has no place of its own and stands here.
 *
 * @param key the changed key
 * @param isDelete whether it was deleted
 * @param previousRevision mod revision of the pair the key had before that main revision, 0 if none
 * @param inline the pair written, if nothing else holds it; else null
 */
record EventRecord(ByteString key, boolean isDelete, long previousRevision, KeyValue inline) {
  private static final int PUT = 1;
  private static final int DELETE = 2;
  private static final int INLINE_PUT = 3;

  byte[] encode() {
    byte[] bytes = new byte[encodedBytes()];
    encode(bytes, 0);
    return bytes;
  }

  /** How many bytes {@link #encode(byte[], int)} writes. */
  int encodedBytes() {
    int payload = inline == null ? key.size() : inline.getSerializedSize();
    return 1 + CodedOutputStream.computeInt64SizeNoTag(previousRevision) + payload;
  }

  /** The same, written into an array: {@link #encodedBytes}. */
  void encode(byte[] into, int at) {
    int kind = isDelete ? DELETE : inline == null ? PUT : INLINE_PUT;
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(into, at, encodedBytes());
      out.write((byte) kind);
      out.writeInt64NoTag(previousRevision);
      if (inline == null) {
        key.copyTo(into, at + out.getTotalBytesWritten());
      } else {
        inline.writeTo(out);
      }
    } catch (IOException e) {
      throw new IllegalStateException("an array of the computed size was too small", e);
    }
  }

  static EventRecord decode(byte[] bytes) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      int kind = in.readRawByte();
      long previous = in.readInt64();
      int start = in.getTotalBytesRead();
      ByteString payload = UnsafeByteOperations.unsafeWrap(bytes, start, bytes.length - start);
      return switch (kind) {
        case PUT -> new EventRecord(payload, false, previous, null);
        case DELETE -> new EventRecord(payload, true, previous, null);
        case INLINE_PUT -> {
          KeyValue pair = KeyValue.parseFrom(payload);
          yield new EventRecord(pair.getKey(), false, previous, pair);
        }
        default -> throw Layout.damaged("an event record is of unknown kind " + kind, null);
      };
    } catch (IOException e) {
      throw Layout.damaged("an event record does not parse", e);
    }
  }
}
