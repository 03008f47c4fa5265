package io.kelson.chaos.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Which transaction came before which, and why. Transactions are numbers from 0. For one thread.
 */
final class DependencyGraph {
  /** Why one came before another. */
  enum Kind {
    /** It wrote the version before. */
    WW,
    /** The other read what it wrote. */
    WR,
    /** The other replaced what it read. */
    RW,
    /** It ended before the other began. */
    RT
  }

  /**
   * One came before another.
   *
   * @param why in words; empty for real time
   */
  record Edge(int from, int to, Kind kind, String why) {}

  private final List<List<Edge>> out = new ArrayList<>();
  private final long[] starts;
  private final long[] ends;
  private long edges;

  /**
   * A graph without edges.
   *
   * @param starts when each transaction began; {@link Long#MIN_VALUE} if real time does not bind it
   * @param ends when each ended; {@link Long#MAX_VALUE} if it did not or is not bound
   */
  DependencyGraph(long[] starts, long[] ends) {
    this.starts = starts;
    this.ends = ends;
    for (int i = 0; i < starts.length; i++) {
      out.add(new ArrayList<>(4));
    }
  }

  /** Whether one ended before another began, be there an edge or not. */
  boolean endedBefore(int one, int other) {
    return ends[one] < starts[other];
  }

  int size() {
    return out.size();
  }

  long edges() {
    return edges;
  }

  /** Adds an edge; one from a node to itself says nothing and is left out. */
  void add(int from, int to, Kind kind, String why) {
    if (from != to) {
      out.get(from).add(new Edge(from, to, kind, why));
      edges++;
    }
  }

  List<Edge> from(int node) {
    return out.get(node);
  }

  /**
   * The strongly connected components with more than one node, by Tarjan's algorithm without
   * recursion.
   *
   * @param kinds the edges to follow
   * @param nodes the nodes to stay in
   */
  List<int[]> components(Set<Kind> kinds, IntPredicate nodes) {
    return new Tarjan(kinds, nodes).run();
  }

  /**
   * A shortest way.
   *
   * @param nodes the nodes to stay in
   * @return the edges in order; null if there is no way; at least one edge
   */
  List<Edge> path(int from, int to, Set<Kind> kinds, IntPredicate nodes) {
    Map<Integer, Edge> reachedBy = new HashMap<>();
    Deque<Integer> left = new ArrayDeque<>();
    left.add(from);
    while (!left.isEmpty()) {
      for (Edge edge : out.get(left.poll())) {
        if (!kinds.contains(edge.kind())
            || !nodes.test(edge.to())
            || reachedBy.putIfAbsent(edge.to(), edge) != null) {
          continue;
        }
        if (edge.to() == to) {
          return back(from, to, reachedBy);
        }
        left.add(edge.to());
      }
    }
    return null;
  }

  private static List<Edge> back(int from, int to, Map<Integer, Edge> reachedBy) {
    List<Edge> path = new ArrayList<>();
    int node = to;
    do {
      path.add(reachedBy.get(node));
      node = reachedBy.get(node).from();
    } while (node != from);
    Collections.reverse(path);
    return path;
  }

  private final class Tarjan {
    private final EnumSet<Kind> kinds;
    private final IntPredicate nodes;
    private final int[] index = new int[size()];
    private final int[] low = new int[size()];
    private final int[] next = new int[size()];
    private final boolean[] onStack = new boolean[size()];
    private final Deque<Integer> stack = new ArrayDeque<>();
    private final Deque<Integer> calls = new ArrayDeque<>();
    private final List<int[]> found = new ArrayList<>();
    private int count;

    Tarjan(Set<Kind> kinds, IntPredicate nodes) {
      this.kinds = EnumSet.copyOf(kinds);
      this.nodes = nodes;
      Arrays.fill(index, -1);
    }

    List<int[]> run() {
      for (int node = 0; node < size(); node++) {
        if (index[node] < 0 && nodes.test(node)) {
          enter(node);
          while (!calls.isEmpty()) {
            step(calls.peek());
          }
        }
      }
      return found;
    }

    private void enter(int node) {
      index[node] = count;
      low[node] = count++;
      stack.push(node);
      onStack[node] = true;
      calls.push(node);
    }

    private void step(int node) {
      List<Edge> edges = out.get(node);
      while (next[node] < edges.size()) {
        Edge edge = edges.get(next[node]++);
        if (!kinds.contains(edge.kind()) || !nodes.test(edge.to())) {
          continue;
        }
        if (index[edge.to()] < 0) {
          enter(edge.to());
          return;
        }
        if (onStack[edge.to()]) {
          low[node] = Math.min(low[node], index[edge.to()]);
        }
      }
      leave(node);
    }

    private void leave(int node) {
      calls.pop();
      if (!calls.isEmpty()) {
        low[calls.peek()] = Math.min(low[calls.peek()], low[node]);
      }
      if (low[node] == index[node]) {
        List<Integer> component = new ArrayList<>();
        int member;
        do {
          member = stack.pop();
          onStack[member] = false;
          component.add(member);
        } while (member != node);
        if (component.size() > 1) {
          found.add(component.stream().mapToInt(Integer::intValue).toArray());
        }
      }
    }
  }
}
