package io.kelson.raft.sim;

import java.util.SplittableRandom;

/**
 * Which directed links are cut. Loss, delay and repetition are drawn a message at a time by {@link
 * Simulation}.
 */
final class SimNetwork {
  private final int nodes;
  private final boolean[][] cut;

  SimNetwork(int nodes) {
    this.nodes = nodes;
    this.cut = new boolean[nodes + 1][nodes + 1];
  }

  boolean connected(long from, long to) {
    return !cut[(int) from][(int) to];
  }

  void heal() {
    for (boolean[] row : cut) {
      java.util.Arrays.fill(row, false);
    }
  }

  /** Takes a new shape; says which, for the trace. */
  String reshape(SplittableRandom random) {
    heal();
    switch (random.nextInt(6)) {
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
      default:
        return scatter(random);
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

  private String scatter(SplittableRandom random) {
    StringBuilder links = new StringBuilder("cut links");
    for (int a = 1; a <= nodes; a++) {
      for (int b = 1; b <= nodes; b++) {
        if (a != b && random.nextInt(3) == 0) {
          cut[a][b] = true;
          links.append(' ').append(a).append('>').append(b);
        }
      }
    }
    return links.toString();
  }
}
