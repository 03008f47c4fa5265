package io.kelson.server.rpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.kelson.api.RangeResponse;
import io.kelson.api.RangeStreamResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Writes a {@link RangeResponse} piece by piece: what precedes the pairs, the pairs as the store
 * holds them, what follows.
 */
final class RangeWire {
  private static final int PAIR_TAG =
      WireFormat.WIRETYPE_LENGTH_DELIMITED | RangeResponse.KVS_FIELD_NUMBER << 3;

  private static final int RESPONSE_TAG =
      WireFormat.WIRETYPE_LENGTH_DELIMITED | RangeStreamResponse.RANGE_RESPONSE_FIELD_NUMBER << 3;

  private static final int MAX_PREFIX_BYTES = 6;

  private RangeWire() {}

  /** Bytes a pair of that length takes up in a response. */
  static int pairSize(int length) {
    return 1 + CodedOutputStream.computeUInt32SizeNoTag(length) + length;
  }

  /** One pair: so many bytes of the array. */
  static void writePair(OutputStream out, byte[] pair, int length) throws IOException {
    byte[] prefix = prefix(PAIR_TAG, length);
    out.write(prefix, 1, prefix[0]);
    out.write(pair, 0, length);
  }

  /** What goes before a range response of that size to make it a response of RangeStream. */
  static byte[] streamPrefix(int responseBytes) {
    byte[] prefix = prefix(RESPONSE_TAG, responseBytes);
    return Arrays.copyOfRange(prefix, 1, 1 + prefix[0]);
  }

  /** A tag of one byte and a length; the first byte says how many follow. */
  private static byte[] prefix(int tag, int length) {
    byte[] bytes = new byte[1 + MAX_PREFIX_BYTES];
    bytes[1] = (byte) tag;
    int at = 2;
    int rest = length;
    while (rest > 0x7f) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at++] = (byte) rest;
    bytes[0] = (byte) (at - 1);
    return bytes;
  }
}
