package io.kelson.chaos.check;

import io.kelson.chaos.history.LeaseRecord;
import io.kelson.chaos.history.LeaseRecord.Kind;
import io.kelson.chaos.history.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What clients were told about one lease. For one thread. */
final class LeaseLife {
  private final long lease;
  private final long epsilonNanos;
  private final Findings findings;
  private final List<LeaseRecord> renewals = new ArrayList<>();
  private final List<LeaseRecord> ends = new ArrayList<>();
  private final List<LeaseRecord> revocations = new ArrayList<>();
  private final LeaseRecord[] longest;

  LeaseLife(long lease, List<LeaseRecord> records, long epsilonNanos, Findings findings) {
    this.lease = lease;
    this.epsilonNanos = epsilonNanos;
    this.findings = findings;
    records.forEach(this::sort);
    renewals.sort(Comparator.comparingLong(LeaseRecord::startNanos));
    ends.sort(Comparator.comparingLong(LeaseRecord::endNanos));
    longest = new LeaseRecord[renewals.size()];
    for (int i = 0; i < longest.length; i++) {
      LeaseRecord renewal = renewals.get(i);
      longest[i] = i > 0 && bound(longest[i - 1]) > bound(renewal) ? longest[i - 1] : renewal;
    }
  }

  private void sort(LeaseRecord record) {
    boolean ok = record.status() == Status.OK;
    switch (record.kind()) {
      case GRANT -> add(renewals, record, ok && record.ttlSeconds() > 0);
      case RENEW -> {
        add(renewals, record, ok && record.ttlSeconds() > 0);
        add(ends, record, ok && record.ttlSeconds() <= 0);
      }
      case TIME_TO_LIVE -> add(ends, record, ok && record.ttlSeconds() < 0);
      case REVOKE -> add(revocations, record, record.status() != Status.FAILED);
    }
  }

  private static void add(List<LeaseRecord> list, LeaseRecord record, boolean wanted) {
    if (wanted) {
      list.add(record);
    }
  }

  private static long bound(LeaseRecord renewal) {
    return renewal.startNanos() + renewal.ttlSeconds() * 1_000_000_000L;
  }

  long lease() {
    return lease;
  }

  /** Calls to revoke it that were not refused. */
  List<LeaseRecord> revocations() {
    return revocations;
  }

  /** Compares what was said about the lease itself. */
  void check() {
    findings.count("renewals", renewals.size());
    findings.count("ends-seen", ends.size());
    for (LeaseRecord end : ends) {
      early(end.endNanos(), "it was gone: " + end);
    }
    for (LeaseRecord renewal : renewals) {
      if (renewal.kind() == Kind.RENEW) {
        afterItsEnd(renewal);
      }
    }
  }

  /**
   * Reports an end that came too early.
   *
   * @param nanos a moment when the lease, or a key because of it, was surely gone
   */
  void early(long nanos, String what) {
    LeaseRecord renewal = longestBefore(nanos);
    boolean revoked = revocations.stream().anyMatch(call -> call.startNanos() <= nanos);
    if (renewal != null && !revoked && nanos < bound(renewal) - epsilonNanos) {
      findings.add(
          "lease %d ended %d ms early: %s\n  after %s"
              .formatted(lease, (bound(renewal) - nanos) / 1_000_000, what, renewal));
    }
  }

  /** Of the renewals that began before then the one that lasts longest; null if there is none. */
  private LeaseRecord longestBefore(long nanos) {
    int lo = 0;
    int hi = renewals.size();
    while (lo < hi) {
      int middle = (lo + hi) >>> 1;
      if (renewals.get(middle).startNanos() < nanos) {
        lo = middle + 1;
      } else {
        hi = middle;
      }
    }
    return lo == 0 ? null : longest[lo - 1];
  }

  private void afterItsEnd(LeaseRecord renewal) {
    LeaseRecord end = ends.isEmpty() ? null : ends.get(0);
    for (LeaseRecord call : revocations) {
      if (call.status() == Status.OK && (end == null || call.endNanos() < end.endNanos())) {
        end = call;
      }
    }
    if (end != null && end.endNanos() < renewal.startNanos()) {
      findings.add(
          "lease %d was renewed after its end: %s\n  after %s".formatted(lease, renewal, end));
    }
  }
}
