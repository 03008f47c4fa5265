package io.kelson.server.rpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.server.apply.RequestReader;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;

/** Reads the requests of short calls; keys and values share their bytes. */
final class ShortRequests {
  /** Event loops are few. */
  private static final FastThreadLocal<RequestReader> READER =
      new FastThreadLocal<>() {
        @Override
        protected RequestReader initialValue() {
          return new RequestReader();
        }
      };

  private ShortRequests() {}

  /** A put, or null if these bytes are none. */
  static PutRequest maybePut(byte[] message) {
    PutRequest put = READER.get().maybePut(message);
    return put != null ? put : maybe(PutRequest.parser(), message);
  }

  /** A range, or null if these bytes are none. */
  static RangeRequest maybeRange(byte[] message) {
    RangeRequest range = READER.get().maybeRangeOfOneKey(message);
    return range != null ? range : maybe(RangeRequest.parser(), message);
  }

  /** Any message, or null if these bytes are none. */
  static <Q extends MessageLite> Q maybe(Parser<Q> parser, byte[] message) {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(message).newCodedInput();
    in.enableAliasing(true);
    try {
      Q parsed = parser.parseFrom(in);
      in.checkLastTagWas(0);
      return parsed;
    } catch (IOException e) {
      return null;
    }
  }
}
