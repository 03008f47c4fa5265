package io.kelson.raft.sim;

import io.kelson.raft.core.Message;
import io.kelson.raft.core.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Carries messages, badly: links are cut one way or both, messages lost, late and repeated. */
final class SimNetwork {
  private static final int CALM_DELAY_MILLIS = 3;
  private static final int LATE_MILLIS = 1_500;

  private final World world;
  private final List<SimNode> members;
  private final int nodes;
  private final boolean[][] cut;

  /**
   * @param members filled by the caller, in the order of their ids
   */
  SimNetwork(World world, List<SimNode> members) {
    this.world = world;
    this.members = members;
    this.nodes = world.options.nodes();
    this.cut = new boolean[nodes + 1][nodes + 1];
  }

  void send(Message message) {
    world.counters.messages++;
    world.note("send", message);
    if (!connected(message.from(), message.to())) {
      world.counters.cutOff++;
      return;
    }
    if (world.faults && world.chance(world.options.lossPercent())) {
      world.counters.lost++;
      return;
    }
    deliverLater(message);
    // The transport never repeats a message by itself; for all but a forwarded command the core
    // does not rely on that.
    if (world.faults
        && message.kind() != Message.Kind.PROPOSAL_FORWARD
        && world.chance(world.options.duplicatePercent())) {
      world.counters.duplicated++;
      deliverLater(message);
    }
  }

  private void deliverLater(Message message) {
    int maxDelay = world.options.maxDelayMillis();
    long delay =
        1 + world.random.nextInt(world.faults ? maxDelay : Math.min(maxDelay, CALM_DELAY_MILLIS));
    if (world.faults && world.chance(world.options.latePercent())) {
      world.counters.late++;
      delay += world.random.nextInt(LATE_MILLIS);
    }
    world.after(
        delay,
        () -> {
          if (connected(message.from(), message.to())) {
            members.get((int) message.to() - 1).receive(message);
          }
        });
  }

  boolean connected(long from, long to) {
    return !cut[(int) from][(int) to];
  }

  /** Cuts one direction of a link. */
  void cut(long from, long to) {
    cut[(int) from][(int) to] = true;
  }

  void heal() {
    for (boolean[] row : cut) {
      Arrays.fill(row, false);
    }
  }

  /** Takes a new shape; says which, for the trace. */
  String reshape(SplittableRandom random) {
    heal();
    switch (random.nextInt(8)) {
      case 0:
        return "healed";
      case 1:
        return split(random);
      case 2:
        return isolate(1 + random.nextInt(nodes));
      case 3:
        return oneWay(random);
      case 4:
        return bridge(1 + random.nextInt(nodes));
      case 5:
      case 6:
        return stranded(random);
      default:
        return scatter(random, Set.of());
    }
  }

  private String split(SplittableRandom random) {
    int side = random.nextInt(1 << nodes);
    for (int a = 1; a <= nodes; a++) {
      for (int b = 1; b <= nodes; b++) {
        cut[a][b] = (side >> (a - 1) & 1) != (side >> (b - 1) & 1);
      }
    }
    return "split " + Integer.toBinaryString(side);
  }

  /** A leader with all learners and too few voters on one side, the rest on the other. */
  private String stranded(SplittableRandom random) {
    boolean[] with = new boolean[nodes + 1];
    int voters = world.options.voters();
    for (int learner = voters + 1; learner <= nodes; learner++) {
      with[learner] = true;
    }
    for (SimNode member : members) {
      with[(int) member.id] |= member.isUp() && member.core().role() == Role.LEADER;
    }
    for (int more = random.nextInt((voters + 1) / 2); more > 1; more--) {
      with[1 + random.nextInt(voters)] = true;
    }
    StringBuilder side = new StringBuilder("stranded");
    for (int a = 1; a <= nodes; a++) {
      side.append(with[a] ? " " + a : "");
      for (int b = 1; b <= nodes; b++) {
        cut[a][b] = with[a] != with[b];
      }
    }
    return side.toString();
  }

  private String isolate(int node) {
    for (int other = 1; other <= nodes; other++) {
      cut[node][other] = other != node;
      cut[other][node] = other != node;
    }
    return "isolate " + node;
  }

  private String oneWay(SplittableRandom random) {
    int node = 1 + random.nextInt(nodes);
    boolean hearsNothing = random.nextBoolean();
    for (int other = 1; other <= nodes; other++) {
      if (hearsNothing) {
        cut[other][node] = other != node;
      } else {
        cut[node][other] = other != node;
      }
    }
    return node + (hearsNothing ? " hears nothing" : " is not heard");
  }

  /** Two halves that only one member can reach. */
  private String bridge(int middle) {
    for (int a = 1; a <= nodes; a++) {
      for (int b = 1; b <= nodes; b++) {
        cut[a][b] = a != middle && b != middle && (a < middle) != (b < middle);
      }
    }
    return "bridge over " + middle;
  }

  /** Cuts links at random, each direction for itself, but none inside a group of members. */
  String scatter(SplittableRandom random, Set<Long> spared) {
    int oneIn = 1 + random.nextInt(3);
    StringBuilder links = new StringBuilder("cut links");
    for (int a = 1; a <= nodes; a++) {
      for (int b = 1; b <= nodes; b++) {
        boolean safe = spared.contains((long) a) && spared.contains((long) b);
        if (a != b && !safe && random.nextInt(oneIn) == 0) {
          cut[a][b] = true;
          links.append(' ').append(a).append('>').append(b);
        }
      }
    }
    return links.toString();
  }
}
