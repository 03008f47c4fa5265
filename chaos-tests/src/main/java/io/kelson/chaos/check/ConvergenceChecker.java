package io.kelson.chaos.check;

import io.kelson.chaos.check.Evidence.FinalState;
import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks that after the last fault all members hold the same: the same revision, the same hash
 * where they are compacted alike, the same pairs, and those that the log of events leads to.
 */
public final class ConvergenceChecker implements Checker {
  private static final int SHOWN = 5;

  @Override
  public String name() {
    return "convergence";
  }

  @Override
  public Verdict check(Evidence evidence) {
    Findings findings = new Findings(name());
    StoreHistory store = StoreHistory.of(evidence, new Findings(name()));
    TreeMap<String, FinalState> members = new TreeMap<>(evidence.finals());
    findings.count("members", members.size());
    members.forEach(
        (name, state) -> {
          findings.count("pairs", state.kvs().size());
          TreeMap<Bytes, KeyValue> replayed = new TreeMap<>();
          for (KeyValue kv : store.at(state.revision()).range(Bytes.ZERO, Bytes.ZERO)) {
            replayed.put(kv.key(), kv);
          }
          different(name, byKey(state.kvs()), "the log of events", replayed, findings);
        });
    members.forEach(
        (name, state) -> {
          Map.Entry<String, FinalState> next = members.higherEntry(name);
          if (next != null) {
            alike(name, state, next.getKey(), next.getValue(), findings);
          }
        });
    hashes(members, findings);
    return findings.verdict("all members hold the same", "members");
  }

  private static TreeMap<Bytes, KeyValue> byKey(List<KeyValue> kvs) {
    TreeMap<Bytes, KeyValue> map = new TreeMap<>();
    kvs.forEach(kv -> map.put(kv.key(), kv));
    return map;
  }

  private static void alike(
      String one, FinalState left, String other, FinalState right, Findings findings) {
    if (left.revision() != right.revision()) {
      findings.add(
          "%s is at revision %d, %s at %d"
              .formatted(one, left.revision(), other, right.revision()));
      return;
    }
    different(one, byKey(left.kvs()), other, byKey(right.kvs()), findings);
  }

  /** The hash covers what is not compacted, so it may differ where compactions do. */
  private static void hashes(TreeMap<String, FinalState> members, Findings findings) {
    members.forEach(
        (one, left) ->
            members
                .tailMap(one, false)
                .forEach(
                    (other, right) -> {
                      if (left.revision() == right.revision()
                          && left.compactRevision() == right.compactRevision()) {
                        findings.count("hashes-compared", 1);
                        if (left.hash() != right.hash()) {
                          findings.add(
                              "%s has hash %x at revision %d, %s has %x"
                                  .formatted(
                                      one, left.hash(), left.revision(), other, right.hash()));
                        }
                      }
                    }));
  }

  private static void different(
      String one,
      TreeMap<Bytes, KeyValue> left,
      String other,
      TreeMap<Bytes, KeyValue> right,
      Findings findings) {
    Set<Bytes> keys = new HashSet<>(left.keySet());
    keys.addAll(right.keySet());
    StringBuilder text = new StringBuilder();
    int count = 0;
    for (Bytes key : keys) {
      if (!Objects.equals(left.get(key), right.get(key)) && count++ < SHOWN) {
        text.append("\n  ")
            .append(Describe.keyValue(left.get(key)))
            .append(" and ")
            .append(Describe.keyValue(right.get(key)));
      }
    }
    if (count > 0) {
      findings.add("%s and %s differ in %d keys:%s".formatted(one, other, count, text));
    }
  }
}
