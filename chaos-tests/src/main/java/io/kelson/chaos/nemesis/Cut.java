package io.kelson.chaos.nemesis;

import io.kelson.chaos.nemesis.Witness.View;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Which ways are closed.
 *
 * @param what it comes to, in words
 * @param links the closed ones
 */
record Cut(String what, List<Way> links) {
  /** From one member to another. */
  record Way(int from, int to) {}

  Cut {
    links = List.copyOf(links);
  }

  /** The ways that stay open. */
  List<Way> others(int members) {
    return ways(members, (from, to) -> !links.contains(new Way(from, to)));
  }

  static Cut halves(int members, View view, RandomGenerator random) {
    List<Integer> order = shuffled(members, random);
    List<Integer> minority = order.subList(0, members / 2);
    if (minority.isEmpty()) {
      throw new IllegalStateException("one member cannot be cut apart");
    }
    return new Cut(
        "members " + minority + " | " + order.subList(members / 2, members),
        ways(members, (from, to) -> minority.contains(from) != minority.contains(to)));
  }

  static Cut leader(int members, View view, RandomGenerator random) {
    int leader = view.leader().orElseThrow();
    return isolate(members, leader, "member " + leader + ", the leader, is cut off");
  }

  static Cut follower(int members, View view, RandomGenerator random) {
    int follower = follower(members, view.leader().orElseThrow(), random);
    return isolate(members, follower, "member " + follower + ", a follower, is cut off");
  }

  static Cut bridge(int members, View view, RandomGenerator random) {
    List<Integer> order = shuffled(members, random);
    int middle = order.remove(0);
    List<Integer> left = order.subList(0, order.size() / 2);
    List<Integer> right = order.subList(order.size() / 2, order.size());
    if (left.isEmpty()) {
      throw new IllegalStateException("a bridge takes three members, there are " + members);
    }
    return new Cut(
        "members " + left + " and " + right + " reach each other through " + middle + " only",
        ways(
            members,
            (from, to) ->
                from != middle && to != middle && left.contains(from) != left.contains(to)));
  }

  /**
   * Of five, each reaches its two neighbours: five majorities. Of three any two are neighbours, so
   * there bytes go round one way only.
   */
  static Cut ring(int members, View view, RandomGenerator random) {
    List<Integer> order = shuffled(members, random);
    if (members < 5) {
      return new Cut(
          "bytes go round one way only, against the order " + order,
          ways(members, (from, to) -> order.indexOf(to) == (order.indexOf(from) + 1) % members));
    }
    return new Cut(
        "each member reaches its neighbours in the ring " + order + " only",
        ways(
            members,
            (from, to) -> {
              int apart = Math.abs(order.indexOf(from) - order.indexOf(to));
              return Math.min(apart, members - apart) > (members / 2 + 1) / 2;
            }));
  }

  static Cut oneWay(int members, View view, RandomGenerator random) {
    int leader = view.leader().orElseThrow();
    return random.nextBoolean()
        ? new Cut(
            "member " + leader + ", the leader, is heard and hears nobody",
            ways(members, (from, to) -> to == leader))
        : new Cut(
            "member " + leader + ", the leader, hears all and is not heard",
            ways(members, (from, to) -> from == leader));
  }

  static int follower(int members, int leader, RandomGenerator random) {
    if (members < 2) {
      throw new IllegalStateException("there is no follower");
    }
    return (leader + 1 + random.nextInt(members - 1)) % members;
  }

  /** Every way that the condition holds for. */
  static List<Way> ways(int members, BiPredicate<Integer, Integer> condition) {
    return IntStream.range(0, members)
        .boxed()
        .flatMap(
            from ->
                IntStream.range(0, members)
                    .filter(to -> to != from && condition.test(from, to))
                    .mapToObj(to -> new Way(from, to)))
        .toList();
  }

  private static Cut isolate(int members, int member, String what) {
    return new Cut(what, ways(members, (from, to) -> from == member || to == member));
  }

  private static List<Integer> shuffled(int members, RandomGenerator random) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, members).boxed().toList());
    for (int i = order.size() - 1; i > 0; i--) {
      order.set(i, order.set(random.nextInt(i + 1), order.get(i)));
    }
    return order;
  }
}
