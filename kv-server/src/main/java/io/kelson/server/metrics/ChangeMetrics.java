package io.kelson.server.metrics;

import io.kelson.api.mvcc.Event;
import io.kelson.server.mvcc.EventListener;
import io.kelson.server.mvcc.LeaseListener;
import io.kelson.server.mvcc.RevisionEvents;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Changes of keys and leases, as this member applies them. */
final class ChangeMetrics implements Scrape.Part {
  private final LongAdder puts = new LongAdder();
  private final LongAdder putBytes = new LongAdder();
  private final LongAdder deletes = new LongAdder();
  private final LongAdder transactions = new LongAdder();
  private final LongAdder granted = new LongAdder();
  private final LongAdder ended = new LongAdder();

  // etcd's buckets: 1 s doubled 24 times, so up to three months.
  private final Distribution ttls = Distribution.doubling(1, 24);

  /** Counts what it passes on. */
  EventListener countedEvents(EventListener next) {
    return new EventListener() {
      @Override
      public void applied(List<RevisionEvents> revisions) {
        revisions.forEach(revision -> count(revision.events()));
        next.applied(revisions);
      }

      @Override
      public void historyReplaced() {
        next.historyReplaced();
      }
    };
  }

  /** Counts what it passes on. */
  LeaseListener countedLeases(LeaseListener next) {
    return changes -> {
      for (LeaseListener.Change change : changes) {
        if (change.ended()) {
          ended.increment();
        } else {
          granted.increment();
          ttls.add(change.lease().ttlSeconds());
        }
      }
      next.leasesChanged(changes);
    };
  }

  private void count(List<Event> events) {
    int put = 0;
    long bytes = 0;
    for (Event event : events) {
      if (event.getType() == Event.EventType.PUT) {
        put++;
        bytes += event.getKv().getKey().size() + event.getKv().getValue().size();
      }
    }
    puts.add(put);
    putBytes.add(bytes);
    deletes.add(events.size() - put);
    if (events.size() > 1) {
      transactions.increment();
    }
  }

  @Override
  public void collect(Scrape into) {
    into.counter("etcd_mvcc_put_total", "Puts applied by this member.", puts.sum());
    into.counter("etcd_mvcc_delete_total", "Keys deleted by this member.", deletes.sum());
    into.counter(
        "etcd_mvcc_txn_total",
        "Revisions applied by this member that changed more than one key.",
        transactions.sum());
    into.gauge(
        "etcd_debugging_mvcc_total_put_size_in_bytes",
        "Bytes of keys and values put, since the start.",
        putBytes.sum());
    into.counter("etcd_debugging_lease_granted_total", "Leases granted.", granted.sum());
    into.counter("etcd_debugging_lease_revoked_total", "Leases revoked or expired.", ended.sum());
    into.histograms("etcd_debugging_lease_ttl_total", "TTLs of granted leases, in seconds.")
        .at(Labels.EMPTY, ttls)
        .add();
  }
}
