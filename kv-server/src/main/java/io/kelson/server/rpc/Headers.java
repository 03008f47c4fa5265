package io.kelson.server.rpc;

import io.kelson.api.ResponseHeader;

/** Makes the header that stands in every response. Thread-safe. */
final class Headers {
  private final ConsensusNode node;
  private final long clusterId;
  private final long memberId;

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
    return ResponseHeader.newBuilder()
        .setClusterId(clusterId)
        .setMemberId(memberId)
        .setRevision(revision)
        .setRaftTerm(node.status().term())
        .build();
  }
}
