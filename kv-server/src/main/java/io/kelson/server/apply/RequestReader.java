package io.kelson.server.apply;

import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.server.mvcc.WireReader;

/**
 * Reads the requests that come by the hundred thousand, with builders that are kept: those are as
 * large as what they make. Keys and values share the bytes that are read. What is unexpected is not
 * read at all, and left to protobuf. Not thread-safe.
 */
public final class RequestReader {
  private static final int PUT_KEY = PutRequest.KEY_FIELD_NUMBER << 3 | 2;
  private static final int PUT_VALUE = PutRequest.VALUE_FIELD_NUMBER << 3 | 2;
  private static final int PUT_LEASE = PutRequest.LEASE_FIELD_NUMBER << 3;
  private static final int PUT_PREV_KV = PutRequest.PREV_KV_FIELD_NUMBER << 3;
  private static final int PUT_IGNORE_VALUE = PutRequest.IGNORE_VALUE_FIELD_NUMBER << 3;
  private static final int PUT_IGNORE_LEASE = PutRequest.IGNORE_LEASE_FIELD_NUMBER << 3;

  private static final int RANGE_KEY = RangeRequest.KEY_FIELD_NUMBER << 3 | 2;
  private static final int RANGE_LIMIT = RangeRequest.LIMIT_FIELD_NUMBER << 3;
  private static final int RANGE_REVISION = RangeRequest.REVISION_FIELD_NUMBER << 3;
  private static final int RANGE_SERIALIZABLE = RangeRequest.SERIALIZABLE_FIELD_NUMBER << 3;

  private final WireReader in = new WireReader();
  private final PutRequest.Builder put = PutRequest.newBuilder();
  private final RangeRequest.Builder range = RangeRequest.newBuilder();

  /** A put, or null. */
  public PutRequest maybePut(byte[] message) {
    in.reset(message);
    return maybePut(in);
  }

  /** A put that is all there is left to read, or null. */
  PutRequest maybePut(WireReader rest) {
    put.clear();
    while (rest.remaining() > 0) {
      switch (rest.tag()) {
        case PUT_KEY -> put.setKey(rest.bytes());
        case PUT_VALUE -> put.setValue(rest.bytes());
        case PUT_LEASE -> put.setLease(rest.number());
        case PUT_PREV_KV -> put.setPrevKv(rest.flag());
        case PUT_IGNORE_VALUE -> put.setIgnoreValue(rest.flag());
        case PUT_IGNORE_LEASE -> put.setIgnoreLease(rest.flag());
        default -> rest.giveUp();
      }
    }
    return rest.gaveUp() ? null : put.build();
  }

  /** A range of one key, or null: of several keys, in an order or under a condition are rarer. */
  public RangeRequest maybeRangeOfOneKey(byte[] message) {
    in.reset(message);
    range.clear();
    while (in.remaining() > 0) {
      switch (in.tag()) {
        case RANGE_KEY -> range.setKey(in.bytes());
        case RANGE_LIMIT -> range.setLimit(in.number());
        case RANGE_REVISION -> range.setRevision(in.number());
        case RANGE_SERIALIZABLE -> range.setSerializable(in.flag());
        default -> in.giveUp();
      }
    }
    return in.gaveUp() ? null : range.build();
  }
}
