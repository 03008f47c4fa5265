package io.kelson.server.watch;

import com.google.protobuf.CodedOutputStream;
import io.kelson.api.ResponseHeader;
import io.kelson.api.WatchResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.LongFunction;

/**
 * Headers as the field of a response that they are. Remembers the last one: the events of a
 * revision go to many watchers in a row. For one thread and a short while: the term in a header is
 * the one when it was made.
 */
final class HeaderFields {
  private final LongFunction<ResponseHeader> headers;
  private long revision = -1;
  private byte[] field;

  HeaderFields(LongFunction<ResponseHeader> headers) {
    this.headers = headers;
  }

  byte[] at(long wanted) {
    if (wanted != revision) {
      field = fieldOf(headers.apply(wanted));
      revision = wanted;
    }
    return field;
  }

  private static byte[] fieldOf(ResponseHeader header) {
    byte[] bytes =
        new byte[CodedOutputStream.computeMessageSize(WatchResponse.HEADER_FIELD_NUMBER, header)];
    try {
      CodedOutputStream.newInstance(bytes).writeMessage(WatchResponse.HEADER_FIELD_NUMBER, header);
    } catch (IOException e) {
      throw new UncheckedIOException("a header has not the size it said", e);
    }
    return bytes;
  }
}
