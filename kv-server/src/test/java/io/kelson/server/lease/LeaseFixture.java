package io.kelson.server.lease;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.kelson.api.EtcdError;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.PutRequest;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.server.apply.Applier;
import io.kelson.server.apply.ApplyResults;
import io.kelson.server.mvcc.LeaseRecord;
import io.kelson.server.mvcc.MvccOptions;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.StoreView;
import io.kelson.server.proto.InternalRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A log, the state it makes, and members whose lessors look at that state; one clock for all. */
final class LeaseFixture implements AutoCloseable {
  static final long EXTENSION_MILLIS = 1_000;

  final MvccStore store;
  final List<Member> members = new ArrayList<>();
  private final Applier applier;
  private final Results results = new Results();
  private long nowMillis = 12_345;

  LeaseFixture(Path directory) {
    store = MvccStore.open(directory, MvccOptions.defaults(1));
    applier =
        new Applier(
            store,
            1,
            1,
            results,
            events -> {},
            snapshot -> {
              throw new UnsupportedOperationException();
            },
            config -> {},
            changes -> members.forEach(member -> member.lessor.leasesChanged(changes)));
  }

  /** What became of the entry applied last. */
  private static final class Results implements ApplyResults {
    private Object last;

    @Override
    public boolean isWaiting(long requestId) {
      return true;
    }

    @Override
    public void succeeded(long requestId, MessageLite response) {
      last = response;
    }

    @Override
    public void failed(long requestId, EtcdError error) {
      last = error;
    }

    @Override
    public void flush() {}
  }

  /** Something a lessor proposed and that nobody has decided about yet. */
  record Proposed(InternalRequest request, Consumer<EtcdError> done) {
    int leases() {
      return request.getLeaseExpiry().getLeasesCount()
          + request.getLeaseCheckpoints().getLeasesCount();
    }
  }

  /** A member: its lessor, and what that asks of consensus. */
  final class Member implements LeaseLog {
    final List<Proposed> proposed = new ArrayList<>();
    final List<Consumer<EtcdError>> confirmations = new ArrayList<>();
    final List<Runnable> loads = new ArrayList<>();
    boolean refuses;
    final Lessor lessor =
        new Lessor(
            store,
            this,
            loads::add,
            () -> TimeUnit.MILLISECONDS.toNanos(nowMillis),
            EXTENSION_MILLIS);

    @Override
    public void propose(InternalRequest.Builder request, Consumer<EtcdError> done) {
      if (refuses) {
        done.accept(EtcdError.TOO_MANY_REQUESTS);
      } else {
        proposed.add(new Proposed(request.build(), done));
      }
    }

    @Override
    public void confirm(Consumer<EtcdError> done) {
      confirmations.add(done);
    }

    /** Begins to lead; what is asked of consensus and of the disk is answered at once. */
    void lead(long term) {
      lessor.lead(term);
      confirmations.remove(0).accept(null);
      loads.remove(0).run();
    }

    /** Puts everything proposed into the log in that term, and what follows from that. */
    void commitAll(long term) {
      while (!proposed.isEmpty()) {
        commitNext(term);
      }
    }

    void commitNext(long term) {
      Proposed next = proposed.remove(0);
      Object outcome = apply(term, next.request().toBuilder());
      next.done().accept(outcome instanceof EtcdError error ? error : null);
    }

    Answer renew(long term, long id) {
      Answer answer = new Answer();
      lessor.renew(term, id, answer);
      return answer;
    }

    Answer remaining(long term, long id) {
      Answer answer = new Answer();
      lessor.remaining(term, id, answer);
      return answer;
    }
  }

  /** What was answered, if anything was. */
  static final class Answer implements LeaseAnswer {
    Object told;

    @Override
    public void answered(long number) {
      tell(number);
    }

    @Override
    public void failed(EtcdError error) {
      tell(error);
    }

    private void tell(Object what) {
      if (told != null) {
        throw new AssertionError("answered " + what + " after " + told);
      }
      told = what;
    }
  }

  Member member() {
    Member member = new Member();
    members.add(member);
    return member;
  }

  long nowMillis() {
    return nowMillis;
  }

  void passMillis(long millis) {
    nowMillis += millis;
  }

  /** Lets time pass with a tick of every member at the end. */
  void passSeconds(long seconds) {
    passMillis(seconds * 1000);
    members.forEach(member -> member.lessor.tick());
  }

  Object apply(long term, InternalRequest.Builder request) {
    long index = store.applied().index() + 1;
    applier.apply(
        List.of(
            new Entry(term, index, EntryType.NORMAL, request.setId(index).build().toByteArray())));
    return results.last;
  }

  void grant(long term, long id, long ttlSeconds) {
    apply(
        term,
        InternalRequest.newBuilder()
            .setLeaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttlSeconds)));
  }

  void revoke(long term, long id) {
    apply(
        term,
        InternalRequest.newBuilder().setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(id)));
  }

  void put(long term, String key, long lease) {
    apply(
        term,
        InternalRequest.newBuilder()
            .setPut(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).setLease(lease)));
  }

  LeaseRecord lease(long id) {
    try (StoreView view = store.acquireView()) {
      return view.lease(id);
    }
  }

  boolean exists(String key) {
    try (StoreView view = store.acquireView()) {
      return view.get(ByteString.copyFromUtf8(key)) != null;
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
