package io.kelson.server.diff;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.kelson.api.CompactionRequest;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.HashKVRequest;
import io.kelson.api.HashKVResponse;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrantResponse;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseLeasesRequest;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.LeaseTimeToLiveRequest;
import io.kelson.api.LeaseTimeToLiveResponse;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeRequest.SortOrder;
import io.kelson.api.RangeRequest.SortTarget;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.WatchCreateRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One sequence run on a pair. Everything is asked of both sides at once and compared before the
 * next is asked. At the end nothing is left in the stores but the revision.
 */
final class Session {
  private static final ByteString ZERO = Draws.bytes(0);
  private static final int MIN_TTL_SECONDS = 2;
  private static final int STEADY_TTL_SECONDS = 500;

  private final Pair pair;
  private final Tally tally;
  private final long base;
  private final int rotation;
  private final List<Supplier<String>> trace = new ArrayList<>();
  private final Map<Integer, WatchPair> streams = new LinkedHashMap<>();
  private final List<WatchPair> halfClosed = new ArrayList<>();
  private final Set<Long> granted = new LinkedHashSet<>();

  private Session(Pair pair, Tally tally, int rotation) {
    this.pair = pair;
    this.tally = tally;
    this.base = pair.current();
    this.rotation = rotation;
  }

  /**
   * Runs the steps.
   *
   * @param rotation which member a stream is opened at, where there are several
   * @throws Divergence with all that was asked up to it
   */
  static void run(List<Step> steps, Pair pair, Tally tally, int rotation)
      throws Divergence, InterruptedException {
    Session session = new Session(pair, tally, rotation);
    pair.forgetCompacted();
    try {
      for (Step step : steps) {
        step.run(session);
      }
      session.finish();
    } catch (Divergence e) {
      throw new Divergence(session.traceText() + "\n=> " + e.getMessage() + "\n", e);
    } finally {
      session.closeStreams();
    }
  }

  private Marks marks() {
    return pair.marks(base);
  }

  private void say(String line) {
    trace.add(() -> "  " + line);
  }

  /** Written out only if somebody is to read it. */
  private void say(String what, Message request) {
    trace.add(() -> "  " + what + " " + Text.of(request));
  }

  private String traceText() {
    return trace.stream().map(Supplier::get).collect(Collectors.joining("\n"));
  }

  private boolean avoids(Message request) {
    boolean avoided = pair.comparison().avoids(request);
    if (avoided) {
      tally.avoided();
    }
    return avoided;
  }

  private <Q extends Message, A extends Message> Answer call(
      MethodDescriptor<Q, A> method, Q request, int member)
      throws Divergence, InterruptedException {
    return call(method, request, request, member);
  }

  private <Q extends Message, A extends Message> Answer call(
      MethodDescriptor<Q, A> method, Q toEtcd, Q toKelson, int member)
      throws Divergence, InterruptedException {
    String name = method.getBareMethodName();
    say(name, toEtcd);
    pair.freshen(member);
    Calls.Pending etcd = Calls.start(pair.etcd(), 0, method, toEtcd);
    Calls.Pending kelson = Calls.start(pair.kelson(), member, method, toKelson);
    Answer theirs = steady(etcd.await());
    Answer ours = steady(kelson.await());
    tally.compared(name);
    if (method == (Object) LeaseGrpc.getLeaseGrantMethod()) {
      noteGrant(theirs);
      noteGrant(ours);
    }
    require(name, toEtcd, theirs, ours);
    if (theirs.isMessage()) {
      pair.reached(Identity.revisionOf(theirs.message()));
    }
    return theirs;
  }

  private void require(String about, Message request, Answer theirs, Answer ours)
      throws Divergence {
    pair.comparison().require(pair.exchange(about, request, theirs, ours));
  }

  private void noteGrant(Answer answer) {
    if (answer.message() instanceof LeaseGrantResponse grant) {
      granted.add(grant.getID());
    }
  }

  /**
   * How many seconds a lease has left depends on when it is asked. A long one has most of them left
   * while a sequence runs; that is all that is looked at.
   */
  private static Answer steady(Answer answer) {
    if (answer.message() instanceof LeaseTimeToLiveResponse left
        && left.getGrantedTTL() > STEADY_TTL_SECONDS
        && left.getTTL() <= left.getGrantedTTL()
        && left.getTTL() > left.getGrantedTTL() - STEADY_TTL_SECONDS) {
      return answer.with(left.toBuilder().setTTL(left.getGrantedTTL()).build());
    }
    return answer;
  }

  // KV.

  void range(KvDraws.Template<RangeRequest> template, int member)
      throws Divergence, InterruptedException {
    RangeRequest request = template.at(marks());
    if (avoids(request)) {
      return;
    }
    Answer whole = call(KVGrpc.getRangeMethod(), request, member);
    boolean streamable =
        (request.getSortOrder() == SortOrder.NONE || request.getSortOrder() == SortOrder.ASCEND)
            && request.getSortTarget() == SortTarget.KEY
            && request.getMinModRevision() == 0
            && request.getMaxModRevision() == 0
            && request.getMinCreateRevision() == 0
            && request.getMaxCreateRevision() == 0;
    if (streamable) {
      pair.freshen(member);
      Answer chunks = Calls.rangeStream(pair.kelson(), member, request);
      tally.compared("RangeStream");
      require("RangeStream beside etcd's Range", request, whole, chunks);
    }
  }

  void put(KvDraws.Template<PutRequest> template, int member)
      throws Divergence, InterruptedException {
    call(KVGrpc.getPutMethod(), template.at(marks()), member);
  }

  void delete(KvDraws.Template<DeleteRangeRequest> template, int member)
      throws Divergence, InterruptedException {
    call(KVGrpc.getDeleteRangeMethod(), template.at(marks()), member);
  }

  void txn(KvDraws.Template<TxnRequest> template, int member)
      throws Divergence, InterruptedException {
    TxnRequest request = template.at(marks());
    if (!avoids(request)) {
      call(KVGrpc.getTxnMethod(), request, member);
    }
  }

  void compact(KvDraws.Template<CompactionRequest> template, int member)
      throws Divergence, InterruptedException {
    // What is under way when history goes may see it or not; so nothing is under way.
    pair.history();
    for (WatchPair stream : everyStream()) {
      stream.settleThePast(pair);
      stream.settle(pair);
    }
    CompactionRequest request = template.at(marks());
    if (call(KVGrpc.getCompactMethod(), request, member).isMessage()) {
      pair.compactedTo(request.getRevision());
    }
  }

  // Watch.

  private int memberOf(int slot) {
    return slot + rotation;
  }

  private WatchPair stream(int slot) throws InterruptedException {
    pair.freshen(memberOf(slot));
    tally.compared("Watch");
    return streams.computeIfAbsent(slot, which -> new WatchPair(pair, memberOf(which)));
  }

  private List<WatchPair> everyStream() {
    List<WatchPair> all = new ArrayList<>(streams.values());
    // Those can neither be asked anything nor told to wait; they only listen.
    all.addAll(halfClosed);
    return all;
  }

  void createWatch(KvDraws.Template<WatchCreateRequest> template, int slot)
      throws Divergence, InterruptedException {
    WatchCreateRequest request = template.at(marks());
    boolean atCompaction =
        request.getStartRevision() > 0 && request.getStartRevision() == pair.compacted();
    if (avoids(request)
        || (atCompaction && pair.comparison().knows(KnownDifference.WATCH_DELETE_AT_COMPACTION))) {
      return;
    }
    say("Watch, stream " + slot + ":", request);
    stream(slot).create(request, marks());
  }

  void cancelWatch(long id, int slot) throws Divergence, InterruptedException {
    say("Watch, stream " + slot + ": cancel " + id);
    stream(slot).cancel(id, pair);
  }

  void watchProgress(int slot) throws Divergence, InterruptedException {
    say("Watch, stream " + slot + ": progress");
    stream(slot).progress(pair);
  }

  void idleWatchRequest(int slot) throws InterruptedException {
    say("Watch, stream " + slot + ": a request that says nothing");
    stream(slot).sendIdle();
  }

  void halfCloseWatch(int slot) throws Divergence, InterruptedException {
    say("Watch, stream " + slot + ": half close");
    WatchPair stream = stream(slot);
    stream.settleThePast(pair);
    stream.halfClose();
    halfClosed.add(streams.remove(slot));
  }

  // Lease.

  private void grantLease(long toEtcd, long ttl, int member)
      throws Divergence, InterruptedException {
    LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setID(toEtcd).setTTL(ttl).build();
    call(LeaseGrpc.getLeaseGrantMethod(), request, member);
  }

  void grant(long id, long ttl, int member) throws Divergence, InterruptedException {
    grantLease(id, ttl, member);
  }

  /** With a time so short that it would be over before the sequence is. */
  void grantAndRevoke(long id, long ttl, int member) throws Divergence, InterruptedException {
    grantLease(id, ttl, member);
    revoke(id, member);
  }

  /** Each side chooses an id; it has to be positive. */
  void grantAnyId(int member) throws Divergence, InterruptedException {
    LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setTTL(3600).build();
    say("LeaseGrant", request);
    Answer theirs = Calls.start(pair.etcd(), 0, LeaseGrpc.getLeaseGrantMethod(), request).await();
    Answer ours =
        Calls.start(pair.kelson(), member, LeaseGrpc.getLeaseGrantMethod(), request).await();
    require("LeaseGrant", request, withoutChosenId(theirs), withoutChosenId(ours));
    call(
        LeaseGrpc.getLeaseRevokeMethod(),
        LeaseRevokeRequest.newBuilder().setID(idOf(theirs)).build(),
        LeaseRevokeRequest.newBuilder().setID(idOf(ours)).build(),
        member);
  }

  private static long idOf(Answer answer) {
    return answer.message() instanceof LeaseGrantResponse grant ? grant.getID() : 0;
  }

  private static Answer withoutChosenId(Answer answer) {
    return idOf(answer) > 0
        ? answer.with(((LeaseGrantResponse) answer.message()).toBuilder().setID(1).build())
        : answer;
  }

  void revoke(long id, int member) throws Divergence, InterruptedException {
    call(
        LeaseGrpc.getLeaseRevokeMethod(),
        LeaseRevokeRequest.newBuilder().setID(id).build(),
        member);
    granted.remove(id);
  }

  void keepAlive(List<Long> ids, int member) throws Divergence, InterruptedException {
    say("LeaseKeepAlive " + ids);
    pair.freshen(member);
    var etcd = new Calls.KeepAlives(pair.etcd(), 0);
    var kelson = new Calls.KeepAlives(pair.kelson(), member);
    for (long id : ids) {
      LeaseKeepAliveRequest request = LeaseKeepAliveRequest.newBuilder().setID(id).build();
      etcd.send(request);
      kelson.send(request);
      tally.compared("LeaseKeepAlive");
      require("LeaseKeepAlive", request, etcd.next(), kelson.next());
    }
    etcd.halfClose();
    kelson.halfClose();
    require(
        "LeaseKeepAlive, end",
        LeaseKeepAliveRequest.getDefaultInstance(),
        etcd.next(),
        kelson.next());
  }

  void timeToLive(long id, boolean keys, int member) throws Divergence, InterruptedException {
    call(
        LeaseGrpc.getLeaseTimeToLiveMethod(),
        LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(keys).build(),
        member);
  }

  void leases(int member) throws Divergence, InterruptedException {
    call(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance(), member);
  }

  /** A lease that runs out with its keys, while nothing else is written. */
  void expire(long id, List<ByteString> keys, int member) throws Divergence, InterruptedException {
    revoke(id, member);
    grantLease(id, MIN_TTL_SECONDS, member);
    for (ByteString key : keys) {
      PutRequest put = PutRequest.newBuilder().setKey(key).setLease(id).build();
      call(KVGrpc.getPutMethod(), put, member);
    }
    pair.history();
    say("the lease expires");
    pair.reached(pair.current() + 1);
    pair.history();
    timeToLive(id, true, member);
    keepAlive(List.of(id), member);
    granted.remove(id);
  }

  // The end.

  private void finish() throws Divergence, InterruptedException {
    say("clearing up");
    touchWatchedKeys();
    call(
        KVGrpc.getDeleteRangeMethod(),
        DeleteRangeRequest.newBuilder().setKey(ZERO).setRangeEnd(ZERO).setPrevKv(true).build(),
        0);
    for (WatchPair stream : everyStream()) {
      stream.settle(pair);
    }
    for (Map.Entry<Integer, WatchPair> stream : streams.entrySet()) {
      pair.freshen(memberOf(stream.getKey()));
      stream.getValue().flush();
    }
    for (long id : List.copyOf(granted)) {
      revoke(id, 0);
    }
    pair.history();
    requireSameHashes();
  }

  /** An event for each watcher still there, so that what came before it has come. */
  private void touchWatchedKeys() throws Divergence, InterruptedException {
    Set<ByteString> keys = new LinkedHashSet<>();
    everyStream().forEach(stream -> keys.addAll(stream.firstKeys()));
    if (keys.isEmpty()) {
      return;
    }
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (ByteString key : keys) {
      txn.addSuccess(RequestOp.newBuilder().setRequestPut(PutRequest.newBuilder().setKey(key)));
    }
    call(KVGrpc.getTxnMethod(), txn.build(), 0);
  }

  /** The members of a Kelson cluster hold the same, byte for byte. */
  private void requireSameHashes() throws Divergence, InterruptedException {
    Set<Integer> hashes = new LinkedHashSet<>();
    HashKVRequest request = HashKVRequest.newBuilder().setRevision(pair.current()).build();
    for (int member = 0; member < pair.kelson().members(); member++) {
      pair.freshen(member);
      Answer answer =
          Calls.start(pair.kelson(), member, MaintenanceGrpc.getHashKVMethod(), request).await();
      if (!(answer.message() instanceof HashKVResponse hash)) {
        throw new Divergence("HashKV of member " + member + " of Kelson: " + answer);
      }
      hashes.add(hash.getHash());
    }
    if (hashes.size() != 1) {
      throw new Divergence("the members of Kelson hold different things: " + hashes);
    }
  }

  private void closeStreams() {
    everyStream().forEach(WatchPair::close);
  }
}
