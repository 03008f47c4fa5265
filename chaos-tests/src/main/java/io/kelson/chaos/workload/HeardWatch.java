package io.kelson.chaos.workload;

import com.google.protobuf.ByteString;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.Event.EventType;
import io.kelson.chaos.history.History;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** One watch of a raw stream, and what it hears. Thread-safe. */
final class HeardWatch {
  private final History history;
  private final long client;
  private final int node;
  private final WatchOptions options;
  private final UnaryOperator<Bytes> values;
  private final long startNanos;
  private final List<WatchRecord.Item> items = new ArrayList<>();
  private long createdRevision;
  private long compactRevision;
  private long heard;
  private boolean canceled;

  /**
   * @param client the logical client it belongs to
   * @param node the member of its stream
   * @param values gives for a value an equal one to be kept instead, so that it is kept once
   */
  HeardWatch(
      History history, long client, int node, WatchOptions options, UnaryOperator<Bytes> values) {
    this.history = history;
    this.client = client;
    this.node = node;
    this.options = options;
    this.values = values;
    this.startNanos = history.now();
  }

  /** The request that makes it, under that id of the stream's. */
  WatchRequest request(long id) {
    WatchCreateRequest.Builder create =
        WatchCreateRequest.newBuilder()
            .setWatchId(id)
            .setKey(message(options.key()))
            .setRangeEnd(message(options.rangeEnd()))
            .setStartRevision(options.startRevision())
            .setPrevKv(options.prevKv())
            .setProgressNotify(options.progressNotify());
    if (options.noPut()) {
      create.addFilters(WatchCreateRequest.FilterType.NOPUT);
    }
    if (options.noDelete()) {
      create.addFilters(WatchCreateRequest.FilterType.NODELETE);
    }
    return WatchRequest.newBuilder().setCreateRequest(create).build();
  }

  /** Takes what its stream brought for it. */
  synchronized void take(WatchResponse response) {
    long revision = response.getHeader().getRevision();
    if (response.getCanceled()) {
      compactRevision = response.getCompactRevision();
      canceled = true;
    } else if (response.getCreated()) {
      createdRevision = revision;
    } else if (response.getEventsCount() > 0) {
      List<WatchEvent> events = response.getEventsList().stream().map(this::event).toList();
      items.add(new WatchRecord.Events(history.now(), revision, events));
      heard = Math.max(heard, events.get(events.size() - 1).kv().modRevision());
    } else if (createdRevision != 0) {
      items.add(new WatchRecord.Progress(history.now(), revision));
      heard = Math.max(heard, revision);
    }
  }

  /** Up to which revision everything has been heard. */
  synchronized long heard() {
    return heard;
  }

  /** Whether the member ended it. */
  synchronized boolean isCanceled() {
    return canceled;
  }

  /** All of it so far. */
  synchronized WatchRecord record() {
    return new WatchRecord(
        client, node, startNanos, createdRevision, options, items, compactRevision);
  }

  private WatchEvent event(Event message) {
    return new WatchEvent(
        message.getType() == EventType.DELETE ? WatchEvent.Type.DELETE : WatchEvent.Type.PUT,
        pair(message.getKv()),
        message.hasPrevKv() ? Optional.of(pair(message.getPrevKv())) : Optional.empty());
  }

  private KeyValue pair(io.kelson.api.mvcc.KeyValue message) {
    return new KeyValue(
        Bytes.of(message.getKey().toByteArray()),
        message.getCreateRevision(),
        message.getModRevision(),
        message.getVersion(),
        values.apply(Bytes.of(message.getValue().toByteArray())),
        message.getLease());
  }

  private static ByteString message(Bytes bytes) {
    return ByteString.copyFrom(bytes.toByteArray());
  }
}
