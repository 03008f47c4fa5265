package io.kelson.server.apply;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.kelson.api.Compare;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.server.mvcc.LeaseListener;
import io.kelson.server.mvcc.MvccOptions;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.RangeResult;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.mvcc.StoreView;
import io.kelson.server.proto.InternalRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A store with an applier on it, and what came out of them. */
public final class TestBed implements AutoCloseable, ApplyResults {
  public static final long CLUSTER = 0xc1;
  public static final long MEMBER = 0x3e;
  public static final long TERM = 7;

  public final MvccStore store;
  public final Applier applier;
  public final Map<Long, Object> outcomes = new TreeMap<>();
  public final List<String> calls = new ArrayList<>();
  public final List<RevisionEvents> events = new ArrayList<>();
  public final List<LeaseListener.Change> leaseChanges = new ArrayList<>();
  public boolean waiting = true;

  private final List<Entry> group = new ArrayList<>();
  private long nextIndex;

  public TestBed(Path directory) {
    this(directory, MvccOptions.defaults(CLUSTER).withMemtableBytes(1 << 20));
  }

  public TestBed(Path directory, MvccOptions options) {
    store = MvccStore.open(directory, options);
    applier =
        new Applier(
            store,
            CLUSTER,
            MEMBER,
            this,
            revisions -> {
              calls.add("events");
              events.addAll(revisions);
            },
            snapshot -> {
              throw new UnsupportedOperationException();
            },
            config -> {},
            leaseChanges::addAll);
    nextIndex = store.applied().index() + 1;
  }

  @Override
  public boolean isWaiting(long requestId) {
    return waiting;
  }

  @Override
  public void succeeded(long requestId, MessageLite response) {
    calls.add("result " + requestId);
    outcomes.put(requestId, response);
  }

  @Override
  public void failed(long requestId, EtcdError error) {
    calls.add("result " + requestId);
    outcomes.put(requestId, error);
  }

  @Override
  public void flush() {
    calls.add("flush");
  }

  /** An entry with a request whose id is its index. */
  public static Entry entry(long index, InternalRequest.Builder request) {
    return new Entry(TERM, index, EntryType.NORMAL, request.setId(index).build().toByteArray());
  }

  /** Adds a request to the group that {@link #apply()} will apply; returns its id. */
  public long add(InternalRequest.Builder request) {
    group.add(entry(nextIndex, request));
    return nextIndex++;
  }

  public void apply() {
    applier.apply(List.copyOf(group));
    group.clear();
  }

  /** Applies one request alone; returns the response or the error. */
  public Object one(InternalRequest.Builder request) {
    long id = add(request);
    apply();
    return outcomes.get(id);
  }

  public Object put(String key, String value) {
    return one(request(putRequest(key, value)));
  }

  public Object delete(String key, String end) {
    return one(
        InternalRequest.newBuilder()
            .setDeleteRange(
                DeleteRangeRequest.newBuilder().setKey(utf8(key)).setRangeEnd(utf8(end))));
  }

  public Object txn(TxnRequest.Builder txn) {
    return one(InternalRequest.newBuilder().setTxn(txn));
  }

  public RangeResult range(RangeRequest.Builder range) {
    try (StoreView view = store.acquireView()) {
      return view.range(range.build());
    }
  }

  public long revision() {
    return store.currentRevision();
  }

  public static InternalRequest.Builder request(PutRequest.Builder put) {
    return InternalRequest.newBuilder().setPut(put);
  }

  public static PutRequest.Builder putRequest(String key, String value) {
    return PutRequest.newBuilder().setKey(utf8(key)).setValue(utf8(value));
  }

  public static RangeRequest.Builder rangeRequest(String key, String end) {
    return RangeRequest.newBuilder().setKey(utf8(key)).setRangeEnd(utf8(end));
  }

  public static RequestOp op(PutRequest.Builder put) {
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  public static RequestOp op(RangeRequest.Builder range) {
    return RequestOp.newBuilder().setRequestRange(range).build();
  }

  public static RequestOp op(TxnRequest.Builder txn) {
    return RequestOp.newBuilder().setRequestTxn(txn).build();
  }

  public static RequestOp deleteOp(String key, String end) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(
            DeleteRangeRequest.newBuilder().setKey(utf8(key)).setRangeEnd(utf8(end)))
        .build();
  }

  public static Compare.Builder compare(
      String key, Compare.CompareTarget target, Compare.CompareResult result) {
    return Compare.newBuilder().setKey(utf8(key)).setTarget(target).setResult(result);
  }

  public static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  @Override
  public void close() {
    store.close();
  }
}
