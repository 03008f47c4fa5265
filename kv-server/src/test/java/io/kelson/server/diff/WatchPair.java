package io.kelson.server.diff;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.stub.ClientCalls;
import io.kelson.api.WatchCancelRequest;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchProgressRequest;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.server.diff.WatchLog.WatcherKey;
import io.kelson.server.mvcc.KeyRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One watch stream opened on both sides, told the same and compared. */
final class WatchPair {
  /** An id that no generated request uses. */
  private static final long PILOT_ID = 1L << 40;

  private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

  /** A watcher that lives on both sides. */
  private static final class Alive {
    final WatchCreateRequest request;
    final WatcherKey key;
    final KeyRange range;
    final long start;
    int compared;

    Alive(WatchCreateRequest request, WatcherKey key, long start) {
      this.request = request;
      this.key = key;
      this.start = start;
      ByteString from = request.getKey().isEmpty() ? ZERO : request.getKey();
      this.range = KeyRange.of(from, request.getRangeEnd());
    }

    boolean sees(Event event) {
      WatchCreateRequest.FilterType dropped =
          event.getType() == Event.EventType.PUT
              ? WatchCreateRequest.FilterType.NOPUT
              : WatchCreateRequest.FilterType.NODELETE;
      return event.getKv().getModRevision() >= start
          && range.contains(event.getKv().getKey())
          && !request.getFiltersList().contains(dropped);
    }
  }

  private final Comparison comparison;
  private final int member;
  private final WatchLog etcd;
  private final WatchLog kelson;
  private final Map<Long, Alive> alive = new LinkedHashMap<>();
  private int repliesCompared;
  private boolean anyFromThePast;
  private long compacted;

  WatchPair(Pair pair, int member) {
    this.comparison = pair.comparison();
    this.member = member;
    this.etcd = open(pair.etcd(), member, pair.patience());
    this.kelson = open(pair.kelson(), member, pair.patience());
  }

  private static WatchLog open(Server server, int member, Duration patience) {
    WatchLog log = new WatchLog(server.identity(member), patience);
    ClientCalls.asyncBidiStreamingCall(
        server.channel(member).newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT), log);
    return log;
  }

  /** Creates a watcher, or is refused; compares what is said about it. */
  void create(WatchCreateRequest request, Marks marks) throws Divergence, InterruptedException {
    WatchResponse reply = ask(WatchRequest.newBuilder().setCreateRequest(request).build());
    if (!reply.getCreated() || reply.getCanceled()) {
      return;
    }
    if (request.getStartRevision() != 0 && request.getStartRevision() < marks.compacted()) {
      awaitReply(WatchRequest.newBuilder().setCreateRequest(request).build());
      if (comparison.knows(KnownDifference.WATCH_COMPACTED_IS_GONE)) {
        askEtcdOnly(cancellation(reply.getWatchId()));
      }
      return;
    }
    long now = reply.getHeader().getRevision();
    long start = request.getStartRevision() == 0 ? now + 1 : request.getStartRevision();
    long id = reply.getWatchId();
    alive.put(id, new Alive(request, etcd.latest(id), start));
    anyFromThePast |= start <= now;
  }

  /** Cancels a watcher, having seen everything it is to see; no answer if there is none. */
  void cancel(long id, Pair pair) throws Divergence, InterruptedException {
    settle(pair);
    if (alive.remove(id) == null) {
      send(cancellation(id));
    } else {
      ask(cancellation(id));
    }
  }

  private static WatchRequest cancellation(long id) {
    return WatchRequest.newBuilder()
        .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
        .build();
  }

  /** Asks how far the stream is; there is an answer only if all its watchers have begun. */
  void progress(Pair pair) throws Divergence, InterruptedException {
    settle(pair);
    settleThePast(pair);
    WatchRequest request =
        WatchRequest.newBuilder()
            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
            .build();
    long now = pair.current();
    boolean answered =
        !alive.isEmpty()
            && alive.values().stream()
                .allMatch(one -> one.request.getStartRevision() == 0 || one.start <= now);
    if (answered) {
      ask(request);
      return;
    }
    if (comparison.knows(KnownDifference.WATCH_PROGRESS_WHEN_SYNCED)) {
      askEtcdOnly(request);
      kelson.send(request);
    } else {
      send(request);
    }
  }

  /** Sends a request that says nothing, or nothing this side knows; nothing comes of it. */
  void sendIdle() {
    send(WatchRequest.getDefaultInstance());
  }

  void halfClose() {
    etcd.halfClose();
    kelson.halfClose();
  }

  /** Makes both sides answer, so that whatever they had to say before has been said. */
  void flush() throws Divergence, InterruptedException {
    ByteString key = ByteString.copyFromUtf8("b");
    WatchCreateRequest refused =
        WatchCreateRequest.newBuilder().setKey(key).setRangeEnd(key).build();
    ask(WatchRequest.newBuilder().setCreateRequest(refused).build());
    List<WatchResponse> theirs = etcd.repliesFrom(repliesCompared);
    List<WatchResponse> ours = kelson.repliesFrom(repliesCompared);
    if (!theirs.isEmpty() || !ours.isEmpty()) {
      throw new Divergence("Watch, unasked\n    etcd    " + theirs + "\n    Kelson  " + ours);
    }
  }

  private void send(WatchRequest request) {
    etcd.send(request);
    kelson.send(request);
  }

  private void askEtcdOnly(WatchRequest request) throws InterruptedException {
    etcd.send(request);
    etcd.awaitReplies(repliesCompared + 1);
    etcd.dropRepliesFrom(repliesCompared);
  }

  private WatchResponse ask(WatchRequest request) throws Divergence, InterruptedException {
    send(request);
    return awaitReply(request);
  }

  /** Compares the next reply, and only that: one side may already have said more. */
  private WatchResponse awaitReply(WatchRequest request) throws Divergence, InterruptedException {
    etcd.awaitReplies(repliesCompared + 1);
    kelson.awaitReplies(repliesCompared + 1);
    requireNoComplaint();
    List<WatchResponse> theirs = etcd.repliesFrom(repliesCompared);
    List<WatchResponse> ours = kelson.repliesFrom(repliesCompared);
    comparison.require(
        new Exchange("Watch, reply", request, nth(theirs, 0), nth(ours, 0), compacted, false));
    if (theirs.isEmpty()) {
      throw new Divergence("neither side answers a watch stream's " + Text.of(request));
    }
    repliesCompared++;
    return theirs.get(0);
  }

  private static Answer nth(List<? extends com.google.protobuf.Message> list, int i) {
    return i < list.size() ? Answer.of(list.get(i)) : Answer.NOTHING;
  }

  private void requireNoComplaint() throws Divergence {
    String theirs = etcd.complaint();
    String ours = kelson.complaint();
    if (!theirs.isEmpty() || !ours.isEmpty()) {
      throw new Divergence("Watch\n    etcd    " + theirs + "\n    Kelson  " + ours);
    }
  }

  /** Waits until all watchers of both sides have seen what they are to see, and compares it. */
  void settle(Pair pair) throws Divergence, InterruptedException {
    compacted = pair.compacted();
    for (Alive watcher : alive.values()) {
      int expected = (int) pair.history().stream().filter(watcher::sees).count();
      etcd.awaitEvents(watcher.key, expected);
      kelson.awaitEvents(watcher.key, expected);
      compareEvents(watcher);
    }
    requireNoComplaint();
  }

  private void compareEvents(Alive watcher) throws Divergence {
    List<Event> theirs = etcd.events(watcher.key);
    List<Event> ours = kelson.events(watcher.key);
    for (int i = watcher.compared; i < Math.max(theirs.size(), ours.size()); i++) {
      comparison.require(
          new Exchange(
              "Watch, event " + i + " of watcher " + watcher.key.id(),
              watcher.request,
              nth(theirs, i),
              nth(ours, i),
              compacted,
              false));
    }
    watcher.compared = theirs.size();
  }

  /**
   * Waits until those that began in the past have arrived in the present, also those for which
   * there was nothing there. etcd brings them up together from time to time: when one that began
   * last has heard something, the others have as well.
   */
  void settleThePast(Pair pair) throws Divergence, InterruptedException {
    if (!anyFromThePast) {
      return;
    }
    if (comparison.knows(KnownDifference.WATCH_DELETE_AT_COMPACTION)
        && pair.current() == pair.compacted()) {
      pair.touch();
    }
    List<Event> history = pair.history();
    Event last = history.get(history.size() - 1);
    pair.freshen(member);
    create(
        WatchCreateRequest.newBuilder()
            .setKey(last.getKv().getKey())
            .setStartRevision(last.getKv().getModRevision())
            .setWatchId(PILOT_ID)
            .build(),
        pair.marks(0));
    cancel(PILOT_ID, pair);
    anyFromThePast = false;
  }

  /** The first keys of the watchers there are: a put of each is an event for nearly all. */
  List<ByteString> firstKeys() {
    return alive.values().stream().map(watcher -> watcher.range.lo()).toList();
  }

  void close() {
    etcd.cancel();
    kelson.cancel();
  }

  // For a watcher that sees everything and is asked for it.

  /** Waits until the only watcher has seen a revision on both sides; returns what is new. */
  List<Event> awaitRevision(long revision, Pair pair) throws Divergence, InterruptedException {
    Alive only = alive.values().iterator().next();
    etcd.awaitRevision(only.key, revision);
    kelson.awaitRevision(only.key, revision);
    compacted = pair.compacted();
    compareEvents(only);
    requireNoComplaint();
    List<Event> seen = new ArrayList<>();
    for (Event event : etcd.events(only.key)) {
      Event.Builder slim = event.toBuilder().clearPrevKv();
      slim.getKvBuilder().clearValue();
      seen.add(slim.build());
    }
    etcd.forgetEvents(only.key);
    kelson.forgetEvents(only.key);
    only.compared = 0;
    if (seen.isEmpty() || seen.get(seen.size() - 1).getKv().getModRevision() != revision) {
      throw new Divergence("the event of revision " + revision + " does not come, on either side");
    }
    return seen;
  }
}
