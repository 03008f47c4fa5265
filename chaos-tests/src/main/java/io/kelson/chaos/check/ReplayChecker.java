package io.kelson.chaos.check;

import io.kelson.chaos.history.Operation;
import io.kelson.client.WatchEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Replays the whole store in the order of revisions and compares every answer with it.
 *
 * <p>Revisions give the order away, so nothing is searched: O(n log n), and millions of operations
 * take seconds. What must hold:
 *
 * <ul>
 *   <li>the log of events is a possible life of a store;
 *   <li>an answered operation that changed something did exactly what its revision shows, and every
 *       part of its answer is what the model says;
 *   <li>an answered operation that changed nothing saw exactly the store at its revision;
 *   <li>revisions respect real time, see {@link RealTime};
 *   <li>every revision is the doing of exactly one operation, answered or unknown, or of a lease's
 *       end; nothing that failed and nothing that nobody asked for, and nothing twice.
 * </ul>
 *
 * <p>It believes the revisions it is told; {@link LinearizableChecker} does not, and so finds what
 * a lie there would hide.
 */
public final class ReplayChecker implements Checker {
  @Override
  public String name() {
    return "replay";
  }

  @Override
  public Verdict check(Evidence evidence) {
    Findings findings = new Findings(name());
    StoreHistory store = StoreHistory.of(evidence, findings);
    RealTime realTime = RealTime.of(evidence);
    findings.count("revisions", store.size());
    Map<Long, Operation> claims = new HashMap<>();
    for (Operation op : evidence.operations()) {
      switch (op.status()) {
        case OK -> answered(op, store, claims, findings);
        case FAILED -> findings.count("failed", 1);
        case UNKNOWN -> findings.count("unknown", 1);
      }
    }
    realTime.check(evidence, findings);
    explain(evidence, store, realTime, claims, findings);
    return findings.verdict("every answer is what a replay gives", "operations");
  }

  private static void answered(
      Operation op, StoreHistory store, Map<Long, Operation> claims, Findings findings) {
    findings.count("operations", 1);
    if (Calls.changed(op.result())) {
      findings.count("effects", 1);
      effect(op, store, claims, findings);
    } else if (Calls.revision(op) < store.initialRevision()) {
      // A member that lags behind may be asked with a serializable read; others are too late, and
      // real time says so.
      findings.count("before-the-run", 1);
    } else {
      findings.count("reads", 1);
      read(op, store, findings);
    }
  }

  private static void effect(
      Operation op, StoreHistory store, Map<Long, Operation> claims, Findings findings) {
    long revision = Calls.revision(op);
    List<WatchEvent> events = store.eventsAt(revision);
    if (events == null) {
      findings.add(
          "acknowledged at a revision that nothing happened at:\n  " + Describe.operation(op));
      return;
    }
    Operation other = claims.putIfAbsent(revision, op);
    if (other != null) {
      findings.add(
          "one revision acknowledged to two:\n  %s\n  %s"
              .formatted(Describe.operation(other), Describe.operation(op)));
      return;
    }
    TxnModel.Outcome outcome = TxnModel.run(store, revision - 1, op.call(), op.result());
    if (!Calls.sameEvents(outcome.events(), events)) {
      findings.add(
          "did something else than it was asked:\n  %s\n  must do %s\n  did     %s"
              .formatted(
                  Describe.operation(op),
                  Describe.events(outcome.events()),
                  Describe.events(events)));
    } else if (outcome.mismatch() != null) {
      findings.add("wrong answer: " + outcome.mismatch() + "\n  " + Describe.operation(op));
    }
  }

  private static void read(Operation op, StoreHistory store, Findings findings) {
    TxnModel.Outcome outcome = TxnModel.run(store, Calls.revision(op), op.call(), op.result());
    if (outcome.mismatch() != null) {
      findings.add("wrong answer: " + outcome.mismatch() + "\n  " + Describe.operation(op));
    } else if (!outcome.events().isEmpty()) {
      findings.add("answered as if nothing was to be changed:\n  " + Describe.operation(op));
    }
  }

  private static void explain(
      Evidence evidence,
      StoreHistory store,
      RealTime realTime,
      Map<Long, Operation> claims,
      Findings findings) {
    List<Long> open = new ArrayList<>();
    for (int i = 0; i < store.size(); i++) {
      if (!claims.containsKey(store.revision(i))) {
        open.add(store.revision(i));
      }
    }
    Attribution attribution = new Attribution(evidence, store, realTime);
    List<Long> unexplained = attribution.unexplained(open);
    findings.count("effects-of-unknown", attribution.byUnknown());
    findings.count("ends-of-leases", attribution.byLease());
    if (attribution.gaveUp()) {
      findings.undecided("too many candidates for what operations with unknown outcomes did");
      return;
    }
    for (long revision : unexplained) {
      List<WatchEvent> events = store.eventsAt(revision);
      String suspects =
          findings.counted("unexplained") < Findings.MOST
              ? Attribution.suspects(evidence, events)
              : "";
      findings.count("unexplained", 1);
      findings.add(
          "revision %d is nobody's doing, or was done twice: %s%s"
              .formatted(revision, Describe.events(events), suspects));
    }
  }
}
