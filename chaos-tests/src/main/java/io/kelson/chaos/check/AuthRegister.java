package io.kelson.chaos.check;

import io.kelson.chaos.history.AuthRecord;
import io.kelson.chaos.history.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * One thing that administrators change, such as what a role may do with a range: which changes may
 * be the last one at some moment of an interval.
 *
 * <p>An acknowledged change came into force between its beginning and its end. One whose outcome is
 * unknown may do so at any time after its beginning, or never, and so nothing that follows makes
 * sure that it is over. At first nothing is granted. Add everything before asking; a question takes
 * a few steps however many changes there are.
 */
final class AuthRegister {
  private final List<AuthRecord> acknowledged = new ArrayList<>();
  private final List<AuthRecord> unknown = new ArrayList<>();
  private long[] ends;
  private long[] latestStarts;
  private long[] latestEnds;

  void add(AuthRecord change) {
    if (change.status() != Status.FAILED) {
      (change.status() == Status.OK ? acknowledged : unknown).add(change);
      ends = null;
    }
  }

  /** Whether at some moment of the interval a change may be in force that grants. */
  boolean maybe(long start, long end, Predicate<AuthRecord> grants) {
    return possible(start, end).stream().anyMatch(change -> change != null && grants.test(change));
  }

  /** Whether at every moment of the interval only changes can be in force that grant. */
  boolean surely(long start, long end, Predicate<AuthRecord> grants) {
    return possible(start, end).stream().allMatch(change -> change != null && grants.test(change));
  }

  /** What may be in force in the interval; null stands for the beginning. */
  List<AuthRecord> possible(long start, long end) {
    index();
    List<AuthRecord> found = new ArrayList<>();
    // Whatever ended before the last of those began that have ended by now is over.
    int ended = count(ends, start);
    long over = ended == 0 ? Long.MIN_VALUE : latestStarts[ended - 1];
    if (over == Long.MIN_VALUE) {
      found.add(null);
    }
    for (int i = begun(end) - 1; i >= 0 && latestEnds[i] >= over; i--) {
      if (acknowledged.get(i).endNanos() >= over) {
        found.add(acknowledged.get(i));
      }
    }
    unknown.stream().filter(change -> change.startNanos() <= end).forEach(found::add);
    return found;
  }

  private void index() {
    if (ends != null) {
      return;
    }
    List<AuthRecord> byEnd = new ArrayList<>(acknowledged);
    byEnd.sort(Comparator.comparingLong(AuthRecord::endNanos));
    acknowledged.sort(Comparator.comparingLong(AuthRecord::startNanos));
    ends = new long[byEnd.size()];
    latestStarts = new long[byEnd.size()];
    latestEnds = new long[byEnd.size()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = byEnd.get(i).endNanos();
      long start = byEnd.get(i).startNanos();
      latestStarts[i] = i == 0 ? start : Math.max(start, latestStarts[i - 1]);
      long end = acknowledged.get(i).endNanos();
      latestEnds[i] = i == 0 ? end : Math.max(end, latestEnds[i - 1]);
    }
  }

  /** How many of the sorted numbers are below a limit. */
  private static int count(long[] sorted, long limit) {
    int lo = 0;
    int hi = sorted.length;
    while (lo < hi) {
      int middle = (lo + hi) >>> 1;
      if (sorted[middle] < limit) {
        lo = middle + 1;
      } else {
        hi = middle;
      }
    }
    return lo;
  }

  /** How many of the acknowledged changes have begun by then. */
  private int begun(long end) {
    int lo = 0;
    int hi = acknowledged.size();
    while (lo < hi) {
      int middle = (lo + hi) >>> 1;
      if (acknowledged.get(middle).startNanos() <= end) {
        lo = middle + 1;
      } else {
        hi = middle;
      }
    }
    return lo;
  }
}
