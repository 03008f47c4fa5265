package io.kelson.chaos.check;

import io.kelson.chaos.history.Operation;
import java.util.Comparator;
import java.util.List;

/**
 * Which revisions were known to exist at a moment: those of the operations that had ended by then.
 *
 * <p>An operation that begins after another has ended must not see an older store, and if it
 * changes something it must get a newer revision. Serializable reads may see an older store, but
 * what they saw existed when they ended, so they bind those that come after them all the same.
 * Immutable; a question is a binary search.
 */
final class RealTime {
  private final long initialRevision;
  private final long[] ends;
  private final Operation[] newest;

  private RealTime(long initialRevision, long[] ends, Operation[] newest) {
    this.initialRevision = initialRevision;
    this.ends = ends;
    this.newest = newest;
  }

  /** Sorts what has ended. */
  static RealTime of(Evidence evidence) {
    List<Operation> ended =
        evidence.operations().stream()
            .filter(Calls::ok)
            .sorted(Comparator.comparingLong(Operation::endNanos))
            .toList();
    long[] ends = new long[ended.size()];
    Operation[] newest = new Operation[ended.size()];
    for (int i = 0; i < ends.length; i++) {
      Operation op = ended.get(i);
      ends[i] = op.endNanos();
      boolean newer = i == 0 || Calls.revision(op) > Calls.revision(newest[i - 1]);
      newest[i] = newer ? op : newest[i - 1];
    }
    return new RealTime(evidence.initialRevision(), ends, newest);
  }

  /** The newest revision known before {@code startNanos}. */
  long revisionBefore(long startNanos) {
    Operation op = operationBefore(startNanos);
    return op == null ? initialRevision : Math.max(initialRevision, Calls.revision(op));
  }

  /** The operation with the newest revision that ended before then; null if none did. */
  Operation operationBefore(long startNanos) {
    int lo = 0;
    int hi = ends.length;
    while (lo < hi) {
      int middle = (lo + hi) >>> 1;
      if (ends[middle] < startNanos) {
        lo = middle + 1;
      } else {
        hi = middle;
      }
    }
    return lo == 0 ? null : newest[lo - 1];
  }

  /** Reports every answered operation that is behind one that ended before it began. */
  void check(Evidence evidence, Findings findings) {
    for (Operation op : evidence.operations()) {
      if (!Calls.ok(op)) {
        continue;
      }
      boolean changed = Calls.changed(op.result());
      if (!changed && !Calls.linearizable(op.call())) {
        continue;
      }
      long floor = revisionBefore(op.startNanos());
      long revision = Calls.revision(op);
      if (revision < floor || (changed && revision == floor)) {
        Operation before = operationBefore(op.startNanos());
        findings.add(
            "real time: began when revision %d was known, and got %d:\n  %s\n  %s"
                .formatted(
                    floor,
                    revision,
                    before == null ? "(the run's first revision)" : Describe.operation(before),
                    Describe.operation(op)));
      }
    }
  }
}
