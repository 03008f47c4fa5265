package io.kelson.chaos.check;

import io.kelson.chaos.history.FencedWrite;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks that fences do what locks cannot: the resource accepts no write that is older than one it
 * has accepted, and no two clients ever hold the same fence.
 *
 * <p>All writes of a run are taken to be to one resource, in its order.
 */
public final class FenceChecker implements Checker {
  @Override
  public String name() {
    return "fence";
  }

  @Override
  public Verdict check(Evidence evidence) {
    Findings findings = new Findings(name());
    List<FencedWrite> writes = evidence.fencedWrites();
    Map<Long, FencedWrite> holders = new HashMap<>();
    FencedWrite newest = null;
    for (FencedWrite write : writes) {
      findings.count(write.accepted() ? "accepted" : "refused", 1);
      FencedWrite holder = holders.putIfAbsent(write.fence(), write);
      if (holder != null && holder.client() != write.client()) {
        findings.add("one fence for two clients: %s and %s".formatted(holder, write));
      }
      if (write.accepted()) {
        if (newest != null && write.fence() < newest.fence()) {
          findings.add("an older fence was accepted: %s after %s".formatted(write, newest));
        } else {
          newest = write;
        }
      }
    }
    return findings.verdict("fences only rise, and each has one holder", "accepted");
  }
}
