package io.kelson.server.mvcc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.kelson.api.mvcc.KeyValue;
import java.io.IOException;

/** Looks into the wire bytes of a pair without taking all of it apart. */
final class EncodedPair {
  private EncodedPair() {}

  /** The revision that wrote the pair. */
  static long modRevision(byte[] encoded) {
    return number(encoded, KeyValue.MOD_REVISION_FIELD_NUMBER);
  }

  /** Fields stand in the order of their numbers, so the value is never stepped over. */
  private static long number(byte[] encoded, int field) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(encoded);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        int found = WireFormat.getTagFieldNumber(tag);
        if (found == field) {
          return in.readInt64();
        }
        if (found > field) {
          return 0;
        }
        in.skipField(tag);
      }
      return 0;
    } catch (IOException e) {
      throw Layout.damaged("a key-value record does not parse", e);
    }
  }

  /** The pair without its value. */
  static byte[] withoutValue(byte[] encoded) {
    return Layout.keyValue(encoded).toBuilder().clearValue().build().toByteArray();
  }
}
