package io.kelson.examples.orchestrator.policy;

import java.util.Optional;

/** Chooses the next placement. A pure function: the same situation gives the same choice. */
@FunctionalInterface
public interface Policy {
  /** Which pending item goes to which node with room for it; nothing if none does now. */
  Optional<Placement> next(Situation now);
}
