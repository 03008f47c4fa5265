package io.kelson.chaos.check;

import io.kelson.chaos.check.DependencyGraph.Edge;
import io.kelson.chaos.check.DependencyGraph.Kind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Finds a smallest cycle in every knot of a dependency graph and names it: the anomaly that takes
 * the fewest kinds of edges, and of those a shortest one.
 */
final class CycleSearch {
  /** How many nodes a search may go through; small knots are searched from every node. */
  private static final int MOST_VISITS = 3_000_000;

  private static final Set<Kind> WRITES = EnumSet.of(Kind.WW);
  private static final Set<Kind> INFORMATION = EnumSet.of(Kind.WW, Kind.WR);
  private static final Set<Kind> ALL = EnumSet.of(Kind.WW, Kind.WR, Kind.RW);

  private final DependencyGraph graph;
  private final IntFunction<String> describe;
  private final Findings findings;

  CycleSearch(DependencyGraph graph, IntFunction<String> describe, Findings findings) {
    this.graph = graph;
    this.describe = describe;
    this.findings = findings;
  }

  void run() {
    findings.count("edges", graph.edges());
    for (int[] knot : graph.components(EnumSet.allOf(Kind.class), node -> true)) {
      findings.count("knots", 1);
      BitSet nodes = new BitSet();
      for (int node : knot) {
        nodes.set(node);
      }
      if (!untie(nodes, "") && !untie(nodes, "-realtime")) {
        findings.add("a knot of " + knot.length + " transactions without a cycle in reach");
      }
    }
  }

  private boolean untie(BitSet knot, String suffix) {
    boolean realTime = !suffix.isEmpty();
    if (realTime && pair(knot)) {
      return true;
    }
    return report("G0" + suffix, shortest(knot, with(WRITES, realTime)))
        || report("G1c" + suffix, shortest(knot, with(INFORMATION, realTime)))
        || report("G-single" + suffix, single(knot, with(INFORMATION, realTime)))
        || report("G2" + suffix, shortest(knot, with(ALL, realTime)));
  }

  /**
   * Looks for one that came before another although it began after that had ended. Real-time edges
   * are only the direct ones, so that a search would go a long way round.
   */
  private boolean pair(BitSet knot) {
    Edge best = null;
    for (int node = knot.nextSetBit(0); node >= 0; node = knot.nextSetBit(node + 1)) {
      for (Edge edge : graph.from(node)) {
        if (edge.kind() != Kind.RT
            && graph.endedBefore(edge.to(), node)
            && (best == null || edge.kind().compareTo(best.kind()) < 0)) {
          best = edge;
        }
      }
    }
    if (best == null) {
      return false;
    }
    String name =
        switch (best.kind()) {
          case WW -> "G0";
          case WR -> "G1c";
          case RW, RT -> "G-single";
        };
    return report(name + "-realtime", List.of(best, new Edge(best.to(), best.from(), Kind.RT, "")));
  }

  /** Takes the direct way in real time wherever there is one. */
  private List<Edge> cut(List<Edge> cycle) {
    List<Edge> cut = new ArrayList<>();
    int i = 0;
    while (i < cycle.size()) {
      int from = cycle.get(i).from();
      int j = cycle.size() - 1;
      while (j > i && !graph.endedBefore(from, cycle.get(j).to())) {
        j--;
      }
      cut.add(j > i ? new Edge(from, cycle.get(j).to(), Kind.RT, "") : cycle.get(i));
      i = j + 1;
    }
    return cut;
  }

  private static Set<Kind> with(Set<Kind> kinds, boolean realTime) {
    EnumSet<Kind> copy = EnumSet.copyOf(kinds);
    if (realTime) {
      copy.add(Kind.RT);
    }
    return copy;
  }

  /** A shortest cycle over edges of those kinds; null if there is none. */
  private List<Edge> shortest(BitSet knot, Set<Kind> kinds) {
    List<Edge> best = null;
    for (int[] component : graph.components(kinds, knot::get)) {
      BitSet nodes = new BitSet();
      for (int node : component) {
        nodes.set(node);
      }
      for (int i = 0; i < Math.min(component.length, starts(component.length)); i++) {
        List<Edge> cycle = graph.path(component[i], component[i], kinds, nodes::get);
        best = shorter(best, cycle == null || !kinds.contains(Kind.RT) ? cycle : cut(cycle));
      }
    }
    return best;
  }

  /** A shortest cycle of one rw edge and any number of the others; null if there is none. */
  private List<Edge> single(BitSet knot, Set<Kind> others) {
    List<Edge> best = null;
    int starts = 0;
    int most = starts(knot.cardinality());
    for (int node = knot.nextSetBit(0); node >= 0; node = knot.nextSetBit(node + 1)) {
      for (Edge edge : graph.from(node)) {
        if (edge.kind() != Kind.RW || !knot.get(edge.to()) || starts++ > most) {
          continue;
        }
        List<Edge> rest = graph.path(edge.to(), edge.from(), others, knot::get);
        if (rest != null) {
          List<Edge> cycle = new ArrayList<>(List.of(edge));
          cycle.addAll(rest);
          best = shorter(best, others.contains(Kind.RT) ? cut(cycle) : cycle);
        }
      }
    }
    return best;
  }

  private static int starts(int size) {
    return Math.max(3, MOST_VISITS / size);
  }

  private static List<Edge> shorter(List<Edge> one, List<Edge> other) {
    return other == null || (one != null && one.size() <= other.size()) ? one : other;
  }

  private boolean report(String name, List<Edge> cycle) {
    if (cycle == null) {
      return false;
    }
    StringBuilder text = new StringBuilder(name + ": a cycle of " + cycle.size());
    for (Edge edge : cycle) {
      text.append("\n  T").append(edge.from()).append(": ").append(describe.apply(edge.from()));
      text.append("\n    before T").append(edge.to()).append(" (").append(edge.kind());
      text.append(edge.why().isEmpty() ? ")" : ": " + edge.why() + ")");
    }
    findings.add(text.toString());
    return true;
  }
}
