package io.kelson.server.rpc;

import com.google.protobuf.CodedOutputStream;
import io.kelson.api.RangeResponse;
import io.kelson.api.ResponseHeader;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Makes the header that stands in every response. Thread-safe. */
final class Headers {
  private static final int FIELD_NUMBER = RangeResponse.HEADER_FIELD_NUMBER;

  private final ConsensusNode node;
  private final long clusterId;
  private final long memberId;

  /** The last one that was asked for as bytes: where nothing is written it stays the same. */
  private volatile Field last = new Field(-1, -1, new byte[0]);

  private record Field(long revision, long term, byte[] bytes) {}

  Headers(ConsensusNode node, long clusterId, long memberId) {
    this.node = node;
    this.clusterId = clusterId;
    this.memberId = memberId;
  }

  /**
   * A header as of now.
   *
   * @param revision the store's revision, 0 for services that have nothing to do with keys
   */
  ResponseHeader at(long revision) {
    return at(revision, node.status().term());
  }

  private ResponseHeader at(long revision, long term) {
    return ResponseHeader.newBuilder()
        .setClusterId(clusterId)
        .setMemberId(memberId)
        .setRevision(revision)
        .setRaftTerm(term)
        .build();
  }

  /** The same as the first field of a response, which a header always is; not to be changed. */
  byte[] fieldAt(long revision) {
    long term = node.status().term();
    Field known = last;
    if (known.revision != revision || known.term != term) {
      ResponseHeader header = at(revision, term);
      byte[] bytes = new byte[CodedOutputStream.computeMessageSize(FIELD_NUMBER, header)];
      try {
        CodedOutputStream.newInstance(bytes).writeMessage(FIELD_NUMBER, header);
      } catch (IOException e) {
        throw new UncheckedIOException("a header has not the size it said", e);
      }
      known = new Field(revision, term, bytes);
      last = known;
    }
    return known.bytes;
  }
}
