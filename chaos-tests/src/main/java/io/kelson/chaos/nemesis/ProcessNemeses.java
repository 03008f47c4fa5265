package io.kelson.chaos.nemesis;

import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.cluster.Processes;
import io.kelson.chaos.nemesis.Witness.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Members that stand still, end and come back. */
final class ProcessNemeses {
  private static final Set<Ability> KILL = Set.of(Ability.KILL);
  private static final Duration RESTART_BOUND = Duration.ofSeconds(60);
  private static final int SHORTEST_LIFE_MILLIS = 50;
  private static final int LONGEST_LIFE_MILLIS = 800;

  private final Lasting lasting;

  ProcessNemeses(Lasting lasting) {
    this.lasting = lasting;
  }

  /** Who is meant. */
  @FunctionalInterface
  private interface Choice {
    List<Integer> among(ChaosCluster cluster, View view, RandomGenerator random);
  }

  List<Nemesis> all() {
    return List.of(
        new Deed("pause", "a member stands still for a while", Set.of(Ability.PAUSE), this::pause),
        kill(
            "kill",
            "a member is killed and started again",
            (cluster, view, random) -> {
              return List.of(random.nextInt(cluster.size()));
            }),
        kill(
            "kill-leader",
            "the leader is killed and started again",
            (cluster, view, random) -> {
              return List.of(view.leader().orElseThrow());
            }),
        kill(
            "kill-all",
            "all members are killed and started again",
            (cluster, view, random) -> {
              return IntStream.range(0, cluster.size()).boxed().toList();
            }),
        new Deed(
            "kill-at-start",
            "a member is killed again and again soon after it was started",
            KILL,
            this::killAtStart),
        new Deed(
            "restart-rolling",
            "one member after the other is stopped in good order and started",
            KILL,
            this::restartRolling));
  }

  private Nemesis kill(String name, String describe, Choice choice) {
    return new Deed(name, describe, KILL, (cluster, random) -> kill(cluster, random, choice));
  }

  private Strike pause(ChaosCluster cluster, RandomGenerator random) {
    Witness witness = new Witness(cluster);
    View before = witness.view();
    int member = random.nextInt(cluster.size());
    requireRunning(cluster, List.of(member), witness);
    long start = System.nanoTime();
    cluster.pause(member);
    return new Fault(
        called(member, before) + " stands still",
        lasting.draw(random),
        () -> {
          try (witness) {
            Optional<Processes> processes = processes(cluster);
            boolean stopped = processes.isEmpty() || processes.get().state(member) == 'T';
            boolean silent = witness.status(member).isEmpty();
            Optional<String> moved = before.movedTo(witness.view());
            cluster.resume(member);
            String proof =
                "member %d was in state T and silent for %d ms"
                    .formatted(member, millisSince(start));
            return stopped && silent ? Optional.of(join(proof, moved)) : Optional.empty();
          }
        });
  }

  private Strike kill(ChaosCluster cluster, RandomGenerator random, Choice choice) {
    Witness witness = new Witness(cluster);
    View before = orClose(witness, witness::viewWithLeader);
    List<Integer> members = choice.among(cluster, before, random);
    requireRunning(cluster, members, witness);
    List<String> lives = members.stream().map(member -> life(cluster, member)).toList();
    members.forEach(cluster::kill);
    boolean gone = members.stream().noneMatch(cluster::isRunning);
    boolean leaderGone = members.contains(before.leader().orElseThrow());
    boolean quorumLeft = 2 * (cluster.size() - members.size()) > cluster.size();
    return new Fault(
        (members.size() == 1 ? called(members.get(0), before) : "members " + members) + " killed",
        lasting.draw(random),
        () -> {
          try (witness) {
            Optional<String> moved = Optional.empty();
            if (leaderGone && quorumLeft) {
              long bound = cluster.electionTimeout().toMillis() * 20;
              moved = before.movedTo(witness.awaitLaterTerm(before, bound));
            }
            members.forEach(cluster::start);
            List<String> proofs = new ArrayList<>();
            for (int i = 0; i < members.size(); i++) {
              proofs.add(lives.get(i) + " -> " + life(cluster, members.get(i)));
            }
            boolean shown = gone && (!leaderGone || !quorumLeft || moved.isPresent());
            return shown ? Optional.of(join(String.join(", ", proofs), moved)) : Optional.empty();
          }
        });
  }

  private Strike killAtStart(ChaosCluster cluster, RandomGenerator random) {
    int member = random.nextInt(cluster.size());
    requireRunning(cluster, List.of(member), null);
    int[] lives =
        random.ints(2 + random.nextInt(4), SHORTEST_LIFE_MILLIS, LONGEST_LIFE_MILLIS + 1).toArray();
    List<String> ends = new ArrayList<>();
    cluster.kill(member);
    Worker worker =
        Worker.start(
            "kill-at-start",
            goesOn -> {
              for (int life : lives) {
                cluster.start(member);
                Thread.sleep(life);
                boolean ran = cluster.isRunning(member);
                cluster.kill(member);
                if (ran) {
                  ends.add(life + " ms");
                }
              }
            });
    return new Fault(
        "member " + member + " killed, and " + lives.length + " times soon after its start",
        Duration.ofMillis(IntStream.of(lives).sum()),
        () -> {
          try {
            worker.join();
          } finally {
            cluster.start(member);
          }
          return ends.isEmpty()
              ? Optional.empty()
              : Optional.of("member " + member + " was killed after " + String.join(", ", ends));
        });
  }

  private Strike restartRolling(ChaosCluster cluster, RandomGenerator random) {
    List<Integer> members = IntStream.range(0, cluster.size()).boxed().toList();
    requireRunning(cluster, members, null);
    int first = random.nextInt(cluster.size());
    List<String> proofs = new ArrayList<>();
    Worker worker =
        Worker.start(
            "restart-rolling",
            goesOn -> {
              for (int i = 0; i < members.size(); i++) {
                int member = (first + i) % members.size();
                String before = life(cluster, member);
                cluster.stop(member);
                cluster.start(member);
                cluster.awaitHealthy(RESTART_BOUND);
                proofs.add(before + " -> " + life(cluster, member));
              }
            });
    return new Fault(
        "one member after the other is restarted, beginning with " + first,
        Duration.ofSeconds(1),
        () -> {
          try {
            worker.join();
          } finally {
            members.stream().filter(m -> !cluster.isRunning(m)).forEach(cluster::start);
          }
          return Optional.of(String.join(", ", proofs));
        });
  }

  static String called(int member, View view) {
    boolean leads = view.leader().isPresent() && view.leader().getAsInt() == member;
    return "member " + member + (leads ? ", the leader," : "");
  }

  static String join(String proof, Optional<String> more) {
    return more.map(words -> proof + "; " + words).orElse(proof);
  }

  static long millisSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }

  static Optional<Processes> processes(ChaosCluster cluster) {
    return cluster instanceof Processes processes ? Optional.of(processes) : Optional.empty();
  }

  /** A witness that is of no use is closed before the error goes on. */
  static <T> T orClose(Witness witness, Supplier<T> look) {
    try {
      return look.get();
    } catch (RuntimeException e) {
      witness.close();
      throw e;
    }
  }

  static void requireRunning(ChaosCluster cluster, List<Integer> members, Witness witness) {
    for (int member : members) {
      if (!cluster.isRunning(member)) {
        if (witness != null) {
          witness.close();
        }
        throw new IllegalStateException("member " + member + " does not run");
      }
    }
  }

  private static String life(ChaosCluster cluster, int member) {
    String pid =
        processes(cluster)
            .map(p -> p.pid(member))
            .filter(OptionalLong::isPresent)
            .map(p -> " pid " + p.getAsLong())
            .orElse(cluster.isRunning(member) ? " running" : " gone");
    return "member " + member + pid;
  }
}
