package io.kelson.chaos.nemesis;

import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.cluster.Membership;
import io.kelson.chaos.cluster.Membership.Seat;
import io.kelson.chaos.nemesis.Witness.View;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Members that are removed for good and come back as new ones, without data. */
final class MemberNemeses {
  static final Duration BOUND = Duration.ofSeconds(60);

  /** Whoever has to be waited for longer than that is in no state for it. */
  private static final Duration LOOK_BOUND = Duration.ofSeconds(3);

  private final Lasting lasting;

  MemberNemeses(Lasting lasting) {
    this.lasting = lasting;
  }

  List<Nemesis> all() {
    return List.of(
        new Deed(
            "replace",
            "a member is removed and joins again, empty, as a learner that is promoted",
            Set.of(Ability.MEMBERSHIP, Ability.KILL),
            this::replace),
        new Deed(
            "kill-in-restore",
            "a replaced follower is killed while it receives the others' data",
            Set.of(Ability.MEMBERSHIP, Ability.KILL, Ability.SHAPED_LINKS),
            this::killInRestore));
  }

  private Strike replace(ChaosCluster cluster, RandomGenerator random) {
    Membership membership = membership(cluster);
    View before = look(cluster, membership);
    int member = random.nextInt(cluster.size());
    boolean leads = before.leader().orElseThrow() == member;
    long old = membership.seat(member, LOOK_BOUND).orElseThrow().id();
    AtomicReference<String> end = new AtomicReference<>();
    Worker removal =
        Worker.start("replace", goesOn -> end.set(words(membership.remove(member, BOUND))));
    return new Fault(
        ProcessNemeses.called(member, before) + " is removed and joins again, empty",
        lasting.draw(random),
        () -> {
          long now = rejoined(removal, membership, member);
          cluster.awaitHealthy(BOUND);
          boolean votes = membership.seat(member, BOUND).equals(Optional.of(new Seat(now, true)));
          Optional<String> moved = movedTo(before, cluster);
          String proof =
              "member %d %s, its id %x is %x now, that of %s"
                  .formatted(member, end.get(), old, now, votes ? "a voter" : "no voter");
          return votes && now != old && (!leads || moved.isPresent())
              ? Optional.of(ProcessNemeses.join(proof, moved))
              : Optional.empty();
        });
  }

  private Strike killInRestore(ChaosCluster cluster, RandomGenerator random) {
    Membership membership = membership(cluster);
    View before = look(cluster, membership);
    int leader = before.leader().orElseThrow();
    int member = Cut.follower(cluster.size(), leader, random);
    InterruptedRestore restore = new InterruptedRestore(cluster, membership, member, random);
    Worker worker = Worker.start("kill-in-restore", goesOn -> restore.run());
    return new Fault(
        "member %d is replaced, and killed %d times before it has caught up"
            .formatted(member, restore.kills()),
        lasting.draw(random),
        () -> {
          rejoined(worker, membership, member);
          cluster.awaitHealthy(BOUND);
          return restore.proof();
        });
  }

  /** Has the member back as a voter, also if what the worker had to do has failed. */
  private static long rejoined(Worker worker, Membership membership, int member)
      throws InterruptedException {
    RuntimeException failure = null;
    try {
      worker.join();
    } catch (IllegalStateException e) {
      failure = e;
    }
    long id;
    try {
      id = membership.complete(member, BOUND);
    } catch (IllegalStateException e) {
      if (failure != null) {
        e.addSuppressed(failure);
      }
      throw new IllegalStateException(
          "member " + member + " is not back as a voter: " + e.getMessage(), e);
    }
    if (failure != null) {
      throw failure;
    }
    return id;
  }

  /** The cluster as it is, with a leader, all running and all with a vote. */
  private static View look(ChaosCluster cluster, Membership membership) {
    List<Integer> all = IntStream.range(0, cluster.size()).boxed().toList();
    ProcessNemeses.requireRunning(cluster, all, null);
    View view;
    try (Witness witness = new Witness(cluster)) {
      view = witness.viewWithLeader();
    }
    for (int member : all) {
      if (!membership.seat(member, LOOK_BOUND).map(Seat::votes).orElse(false)) {
        throw new IllegalStateException("member " + member + " is no voter");
      }
    }
    return view;
  }

  private static Optional<String> movedTo(View before, ChaosCluster cluster) {
    try (Witness witness = new Witness(cluster)) {
      return before.movedTo(witness.view());
    }
  }

  private static String words(OptionalInt exitCode) {
    return exitCode.isPresent()
        ? "was removed and ended with " + exitCode.getAsInt()
        : "was removed and had to be killed";
  }

  private static Membership membership(ChaosCluster cluster) {
    if (cluster instanceof Membership membership) {
      return membership;
    }
    throw new UnsupportedOperationException("members cannot be removed here");
  }
}
