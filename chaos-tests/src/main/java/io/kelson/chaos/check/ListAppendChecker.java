package io.kelson.chaos.check;

import io.kelson.client.Bytes;

/**
 * Looks for cycles between transactions that append to lists, in the manner of Elle.
 *
 * <p>The workload reads lists and writes them back with one new element at the end, in transactions
 * that compare what was read; elements are unique for each key and a value is its elements with
 * commas between. So a list that is read tells the order of all the versions before it, and with
 * that which transaction came before which: by writing the version before (ww), by writing what
 * another read (wr), by reading what another then replaced (rw), and by having ended before the
 * other began (rt). Transactions that come before themselves are anomalies, with the names of Adya:
 *
 * <ul>
 *   <li>G0: a cycle of ww alone;
 *   <li>G1a: a value of a transaction that failed was read; G1b: one from the middle of a
 *       transaction; G1c: a cycle of ww and wr;
 *   <li>G-single: a cycle with one rw; G2: with more;
 *   <li>the same with {@code -realtime} when it takes an rt edge to close the cycle: serializable
 *       perhaps, but not strictly so.
 * </ul>
 *
 * <p>Lists that are not prefixes of each other (a lost append), elements that come twice and
 * elements that nobody appended are found on the way. Revisions are not looked at. The time is near
 * linear in the number of operations, plus the size of the lists.
 */
public final class ListAppendChecker implements Checker {
  private final Bytes prefix;

  /**
   * Checks some keys.
   *
   * @param prefix what the keys of all lists begin with; others are not looked at
   */
  public ListAppendChecker(Bytes prefix) {
    this.prefix = prefix;
  }

  @Override
  public String name() {
    return "list-append";
  }

  @Override
  public Verdict check(Evidence evidence) {
    Findings findings = new Findings(name());
    ListHistory history = ListHistory.of(evidence, prefix, findings);
    DependencyGraph graph = history.graph();
    new CycleSearch(graph, history::describe, findings).run();
    return findings.verdict("no cycle between transactions", "operations");
  }
}
