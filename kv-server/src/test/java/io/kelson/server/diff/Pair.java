package io.kelson.server.diff;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.mvcc.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An etcd and a Kelson that have been told the same since they were empty, and what both have
 * agreed on. Used by one thread.
 */
final class Pair implements AutoCloseable {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

  private static final RangeRequest READ =
      RangeRequest.newBuilder().setKey(ZERO).setCountOnly(true).build();

  private final Server etcd;
  private final Server kelson;
  private final Duration patience;
  private final Comparison comparison;
  private final WatchPair auditor;
  private final List<Event> history = new ArrayList<>();
  private long begin;
  private long current;
  private long compacted;

  /**
   * Takes over two servers that hold the same; closes them with itself.
   *
   * @param patience how long to wait for an event or a reply on a watch stream
   */
  Pair(Server etcd, Server kelson, Duration patience) {
    this.etcd = etcd;
    this.kelson = kelson;
    this.patience = patience;
    this.comparison = new Comparison(EtcdVersion.parse(etcd.version()));
    this.auditor = new WatchPair(this, 0);
  }

  /**
   * Finds out where they are, watches from there on, and makes one revision, so that there always
   * is one to look back at.
   */
  void begin() throws Divergence, InterruptedException {
    begin = Identity.revisionOf(ask(KVGrpc.getRangeMethod(), READ));
    current = begin;
    auditor.create(
        WatchCreateRequest.newBuilder().setKey(ZERO).setRangeEnd(ZERO).setPrevKv(true).build(),
        marks(0));
    touch();
    DeleteRangeRequest delete = DeleteRangeRequest.newBuilder().setKey(ZERO).build();
    current = Identity.revisionOf(ask(KVGrpc.getDeleteRangeMethod(), delete));
  }

  /** Makes one revision on both sides. */
  void touch() throws Divergence, InterruptedException {
    PutRequest put = PutRequest.newBuilder().setKey(ZERO).build();
    reached(Identity.revisionOf(ask(KVGrpc.getPutMethod(), put)));
  }

  private <Q extends Message, A extends Message> Message ask(
      MethodDescriptor<Q, A> method, Q request) throws Divergence, InterruptedException {
    Answer theirs = Calls.start(etcd, 0, method, request).await();
    Answer ours = Calls.start(kelson, 0, method, request).await();
    comparison.require(exchange("to begin with", request, theirs, ours));
    if (!theirs.isMessage()) {
      throw new Divergence("etcd does not begin: " + theirs);
    }
    return theirs.message();
  }

  /** Has a member of Kelson that may lag learn of all that was acknowledged elsewhere. */
  void freshen(int member) throws InterruptedException {
    if (kelson.members() > 1) {
      Calls.start(kelson, member, KVGrpc.getRangeMethod(), READ).await();
    }
  }

  /** What both sides have just answered. */
  Exchange exchange(String about, Message request, Answer theirs, Answer ours) {
    return new Exchange(about, request, theirs, ours, compacted, kelson.members() > 1);
  }

  Duration patience() {
    return patience;
  }

  Server etcd() {
    return etcd;
  }

  Server kelson() {
    return kelson;
  }

  Comparison comparison() {
    return comparison;
  }

  Marks marks(long base) {
    return new Marks(base, current, compacted);
  }

  long current() {
    return current;
  }

  long compacted() {
    return compacted;
  }

  /** Both sides have answered with this revision. */
  void reached(long revision) {
    current = Math.max(current, revision);
  }

  /** Both sides have compacted. */
  void compactedTo(long revision) {
    compacted = revision;
  }

  /** No watcher is left that has seen what is compacted. */
  void forgetCompacted() {
    history.removeIf(event -> event.getKv().getModRevision() < compacted);
  }

  /**
   * Every event that a watcher may have seen, without values: what a watcher of everything has seen
   * on both sides, which is compared on the way.
   */
  List<Event> history() throws Divergence, InterruptedException {
    long known = history.isEmpty() ? 0 : history.get(history.size() - 1).getKv().getModRevision();
    if (current > Math.max(known, begin)) {
      history.addAll(auditor.awaitRevision(current, this));
    }
    return history;
  }

  /** Stops watching and leaves the servers as they are. */
  void leave() {
    auditor.close();
  }

  @Override
  public void close() {
    leave();
    try {
      kelson.close();
    } finally {
      etcd.close();
    }
  }
}
