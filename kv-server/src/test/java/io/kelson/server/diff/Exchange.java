package io.kelson.server.diff;

import com.google.protobuf.Message;

/**
 * One thing asked of both sides, and what they said.
 *
 * @param about which call, or which part of a watch
 * @param request what was asked; for an event the request that created its watcher
 * @param compacted the revision the store was compacted to when the answers were given
 * @param ofCluster whether Kelson has several members, so that a follower may have answered
 */
record Exchange(
    String about, Message request, Answer etcd, Answer kelson, long compacted, boolean ofCluster) {
  Exchange withEtcd(Answer other) {
    return new Exchange(about, request, other, kelson, compacted, ofCluster);
  }

  Exchange withKelson(Answer other) {
    return new Exchange(about, request, etcd, other, compacted, ofCluster);
  }
}
