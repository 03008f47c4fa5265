package io.kelson.raft.sim;

import io.kelson.raft.core.LogPosition;
import io.kelson.raft.membership.Configuration;
import io.kelson.raft.quorum.JointQuorum;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Members, chosen at random, with which alone the cluster has to go on.
 *
 * <p>A majority of every configuration that may matter is not always enough. Whoever has a
 * configuration in its log that is not committed needs its majority too, and may lack the vote of
 * one who got a later entry from a leader that is now out of reach: then nobody in the majority can
 * win, in any implementation of Raft. So members are added until one of them could.
 */
final class Deciders {
  private final Simulation in;

  Deciders(Simulation in) {
    this.in = in;
  }

  /** Those that are chosen, up or not. */
  Set<Long> draw() {
    List<Long> order = new ArrayList<>();
    for (SimNode node : in.nodes) {
      if (!node.isGone()) {
        order.add(in.world.random.nextInt(order.size() + 1), node.id);
      }
    }
    Set<Long> chosen = new HashSet<>();
    for (Configuration configuration : in.relevantConfigurations()) {
      for (List<Long> half : List.of(configuration.voters(), configuration.outgoing())) {
        for (long id : order) {
          if (half.contains(id)
              && 2 * half.stream().filter(chosen::contains).count() <= half.size()) {
            chosen.add(id);
          }
        }
      }
    }
    while (!anybodyMayWin(chosen) && chosen.size() < order.size()) {
      chosen.add(next(order, chosen));
    }
    return chosen;
  }

  /** One that is enough, if there is such a one. */
  private long next(List<Long> order, Set<Long> chosen) {
    List<Long> others = order.stream().filter(id -> !chosen.contains(id)).toList();
    for (long id : others) {
      Set<Long> more = new HashSet<>(chosen);
      more.add(id);
      if (anybodyMayWin(more)) {
        return id;
      }
    }
    return others.get(0);
  }

  private boolean anybodyMayWin(Set<Long> chosen) {
    return chosen.stream().anyMatch(candidate -> mayWin(candidate, chosen));
  }

  private boolean mayWin(long candidate, Set<Long> chosen) {
    Configuration configuration = in.configurations.inForce(node(candidate));
    LogPosition last = last(candidate);
    return configuration.isVoter(candidate)
        && new JointQuorum(configuration.voters(), configuration.outgoing())
            .agrees(id -> chosen.contains(id) && last(id).compareTo(last) <= 0);
  }

  private LogPosition last(long id) {
    return node(id).disk().visible().last();
  }

  private SimNode node(long id) {
    return in.nodes.get((int) id - 1);
  }
}
