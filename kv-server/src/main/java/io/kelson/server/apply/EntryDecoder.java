package io.kelson.server.apply;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.kelson.api.PutRequest;
import io.kelson.raft.core.Entry;
import io.kelson.server.mvcc.WireReader;
import io.kelson.server.proto.InternalRequest;
import java.io.IOException;

/**
 * Decodes log entries. Keys and values share an entry's bytes, which nobody writes to.
 *
 * <p>Most entries are one put that needs no permission, and nothing else: an id and a put, in this
 * order. Such a one is taken apart by hand and made with builders that are kept; all others, and
 * whatever is odd about a put, are left to protobuf. Not thread-safe.
 */
final class EntryDecoder {
  private static final int ID = InternalRequest.ID_FIELD_NUMBER << 3 | 1;
  private static final int REQUEST = InternalRequest.PUT_FIELD_NUMBER << 3 | 2;

  private final WireReader in = new WireReader();
  private final InternalRequest.Builder request = InternalRequest.newBuilder();
  private final RequestReader requests = new RequestReader();

  /**
   * The request in an entry.
   *
   * @throws IllegalStateException if there is none
   */
  InternalRequest decode(Entry entry) {
    InternalRequest plain = maybePlainPut(entry.data());
    return plain != null ? plain : parse(entry);
  }

  private static InternalRequest parse(Entry entry) {
    try {
      CodedInputStream in = UnsafeByteOperations.unsafeWrap(entry.data()).newCodedInput();
      in.enableAliasing(true);
      return InternalRequest.parseFrom(in);
    } catch (IOException e) {
      throw new IllegalStateException("log entry " + entry + " does not parse as a request", e);
    }
  }

  /** The request if it is one that is read by hand, else null. */
  InternalRequest maybePlainPut(byte[] data) {
    in.reset(data);
    if (in.tag() != ID) {
      return null;
    }
    long id = in.fixed64();
    if (in.tag() != REQUEST || in.number() != in.remaining()) {
      return null;
    }
    PutRequest put = requests.maybePut(in);
    return put == null ? null : request.setId(id).setPut(put).build();
  }
}
