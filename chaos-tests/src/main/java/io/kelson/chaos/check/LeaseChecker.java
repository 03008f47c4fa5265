package io.kelson.chaos.check;

import io.kelson.chaos.history.LeaseRecord;
import io.kelson.chaos.history.LeaseRecord.Kind;
import io.kelson.chaos.history.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks that leases live as long as they were promised to, and end for good.
 *
 * <ul>
 *   <li>Until the time to live has passed since the beginning of the last successful renewal or of
 *       the grant, the lease is there: no answer that says it is not ends before that, and its keys
 *       are not deleted before that (a deletion happened before everything that was seen to have
 *       its revision or a later one), unless a client tried to revoke it by then.
 *   <li>No renewal that began after a revocation ended, or after the end was seen, succeeds.
 *   <li>All keys of a lease go at one revision, none is left when a revocation has ended, and none
 *       is attached later.
 * </ul>
 *
 * <p>The only clock is that of the run; servers may let a lease live longer, so that only a bound
 * from below is checked. An id that is granted twice is left out.
 */
public final class LeaseChecker implements Checker {
  private final long epsilonNanos;

  /** With a tolerance of 50 ms, for clocks that do not run at quite the same speed. */
  public LeaseChecker() {
    this(Duration.ofMillis(50));
  }

  /**
   * With a tolerance of its own.
   *
   * @param epsilon how much too early an end may be
   */
  public LeaseChecker(Duration epsilon) {
    this.epsilonNanos = epsilon.toNanos();
  }

  @Override
  public String name() {
    return "lease";
  }

  @Override
  public Verdict check(Evidence evidence) {
    Findings findings = new Findings(name());
    StoreHistory store = StoreHistory.of(evidence, new Findings(name()));
    LeaseKeys keys = new LeaseKeys(evidence, store);
    Map<Long, List<LeaseRecord>> leases = new TreeMap<>();
    for (LeaseRecord record : evidence.leases()) {
      leases.computeIfAbsent(record.lease(), id -> new ArrayList<>()).add(record);
    }
    leases.forEach(
        (id, records) -> {
          long grants =
              records.stream()
                  .filter(r -> r.kind() == Kind.GRANT && r.status() == Status.OK)
                  .count();
          if (grants > 1) {
            findings.count("granted-twice", 1);
            return;
          }
          findings.count("leases", 1);
          LeaseLife life = new LeaseLife(id, records, epsilonNanos, findings);
          life.check();
          keys.check(life, findings);
        });
    return findings.verdict("no lease ended early or came back", "leases");
  }
}
