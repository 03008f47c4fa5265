package io.kelson.server.rpc;

import io.kelson.api.RangeResponse;

/**
 * The answer to a Range of one key: its pair as the store holds it, or that there is none.
 *
 * @param header the response's field of that name
 * @param pair null if there is none
 */
record PairAnswer(byte[] header, byte[] pair) implements SmallAnswer<RangeResponse> {
  private static final byte PAIR_TAG = RangeResponse.KVS_FIELD_NUMBER << 3 | 2;
  private static final byte COUNT_TAG = RangeResponse.COUNT_FIELD_NUMBER << 3;
  private static final int COUNT_BYTES = 2;

  @Override
  public int size() {
    return header.length + (pair == null ? 0 : RangeWire.pairSize(pair.length) + COUNT_BYTES);
  }

  @Override
  public int putInto(byte[] target, int offset) {
    System.arraycopy(header, 0, target, offset, header.length);
    int end = offset + header.length;
    if (pair == null) {
      return end;
    }
    target[end++] = PAIR_TAG;
    int length = pair.length;
    while (length > 0x7f) {
      target[end++] = (byte) (length | 0x80);
      length >>>= 7;
    }
    target[end++] = (byte) length;
    System.arraycopy(pair, 0, target, end, pair.length);
    end += pair.length;
    target[end++] = COUNT_TAG;
    target[end++] = 1;
    return end;
  }
}
