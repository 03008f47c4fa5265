package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeRequest.SortOrder;
import io.kelson.api.RangeRequest.SortTarget;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The store's simpler twin: a whole map for every revision. */
final class VersionMap {
  private static final Comparator<ByteString> BYTES =
      ByteString.unsignedLexicographicalComparator();

  /** Index is the revision; 0 and 1 are empty. */
  private final List<NavigableMap<ByteString, KeyValue>> states = new ArrayList<>();

  private final List<List<Event>> events = new ArrayList<>();
  private NavigableMap<ByteString, KeyValue> open;
  private List<Event> openEvents;

  VersionMap() {
    for (int i = 0; i < 2; i++) {
      states.add(new TreeMap<>(BYTES));
      events.add(List.of());
    }
    begin();
  }

  int revision() {
    return states.size() - 1;
  }

  private void begin() {
    open = new TreeMap<>(BYTES);
    open.putAll(states.get(revision()));
    openEvents = new ArrayList<>();
  }

  void put(ByteString key, ByteString value) {
    KeyValue old = open.get(key);
    int next = revision() + 1;
    KeyValue pair =
        KeyValue.newBuilder()
            .setKey(key)
            .setValue(value)
            .setModRevision(next)
            .setCreateRevision(old == null ? next : old.getCreateRevision())
            .setVersion(old == null ? 1 : old.getVersion() + 1)
            .build();
    open.put(key, pair);
    record(Event.newBuilder().setKv(pair), key);
  }

  int delete(ByteString key, ByteString end) {
    List<ByteString> doomed = new ArrayList<>(within(open, key, end).keySet());
    for (ByteString each : doomed) {
      open.remove(each);
      record(
          Event.newBuilder()
              .setType(Event.EventType.DELETE)
              .setKv(KeyValue.newBuilder().setKey(each).setModRevision(revision() + 1)),
          each);
    }
    return doomed.size();
  }

  private void record(Event.Builder event, ByteString key) {
    KeyValue before = states.get(revision()).get(key);
    openEvents.add(before == null ? event.build() : event.setPrevKv(before).build());
  }

  void commit() {
    if (!openEvents.isEmpty()) {
      states.add(open);
      events.add(openEvents);
    }
    begin();
  }

  List<Event> eventsAt(int revision) {
    return events.get(revision);
  }

  /** What etcd would answer, computed the slow and obvious way. */
  RangeResult range(RangeRequest request, boolean insideTxn) {
    NavigableMap<ByteString, KeyValue> state =
        request.getRevision() > 0
            ? states.get((int) request.getRevision())
            : insideTxn ? open : states.get(revision());
    Collection<KeyValue> all = within(state, request.getKey(), request.getRangeEnd()).values();
    if (request.getCountOnly()) {
      return new RangeResult(List.of(), false, all.size());
    }
    List<KeyValue> kvs = new ArrayList<>(all);
    boolean filters =
        request.getMinModRevision()
                + request.getMaxModRevision()
                + request.getMinCreateRevision()
                + request.getMaxCreateRevision()
            != 0;
    long limit = request.getLimit();
    if (limit > 0 && !filters && request.getSortOrder() == SortOrder.NONE) {
      kvs = new ArrayList<>(kvs.subList(0, (int) Math.min(kvs.size(), limit + 1)));
    }
    kvs.removeIf(kv -> filteredOut(request, kv));
    SortOrder order = request.getSortOrder();
    if (order != SortOrder.NONE || request.getSortTarget() != SortTarget.KEY) {
      Comparator<KeyValue> comparator = comparator(request.getSortTarget());
      kvs.sort(order == SortOrder.DESCEND ? comparator.reversed() : comparator);
    }
    boolean more = limit > 0 && kvs.size() > limit;
    if (more) {
      kvs = kvs.subList(0, (int) limit);
    }
    if (request.getKeysOnly()) {
      kvs = kvs.stream().map(kv -> kv.toBuilder().clearValue().build()).toList();
    }
    return new RangeResult(kvs, more, all.size());
  }

  private static boolean filteredOut(RangeRequest request, KeyValue kv) {
    return request.getMaxModRevision() != 0 && kv.getModRevision() > request.getMaxModRevision()
        || request.getMinModRevision() != 0 && kv.getModRevision() < request.getMinModRevision()
        || request.getMaxCreateRevision() != 0
            && kv.getCreateRevision() > request.getMaxCreateRevision()
        || request.getMinCreateRevision() != 0
            && kv.getCreateRevision() < request.getMinCreateRevision();
  }

  private static Comparator<KeyValue> comparator(SortTarget target) {
    return switch (target) {
      case VERSION -> Comparator.comparingLong(KeyValue::getVersion);
      case CREATE -> Comparator.comparingLong(KeyValue::getCreateRevision);
      case MOD -> Comparator.comparingLong(KeyValue::getModRevision);
      case VALUE -> Comparator.comparing(KeyValue::getValue, BYTES);
      default -> Comparator.comparing(KeyValue::getKey, BYTES);
    };
  }

  private static NavigableMap<ByteString, KeyValue> within(
      NavigableMap<ByteString, KeyValue> state, ByteString key, ByteString end) {
    if (end.isEmpty()) {
      return state.containsKey(key) ? state.subMap(key, true, key, true) : new TreeMap<>(BYTES);
    }
    if (end.size() == 1 && end.byteAt(0) == 0) {
      return state.tailMap(key, true);
    }
    return BYTES.compare(key, end) < 0 ? state.subMap(key, true, end, false) : new TreeMap<>(BYTES);
  }
}
