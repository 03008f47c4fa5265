package io.kelson.raft.sim;

import io.kelson.raft.core.Message;
import io.kelson.raft.core.Role;
import io.kelson.raft.membership.Configuration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;

/** Carries messages, badly: links are cut one way or both, messages lost, late and repeated. */
final class SimNetwork {
  private static final int CALM_DELAY_MILLIS = 3;
  private static final int LATE_MILLIS = 1_500;

  /** No member ever has a higher id. */
  static final int MAX_ID = 63;

  private final World world;
  private final List<SimNode> members;
  private final boolean[][] cut = new boolean[MAX_ID + 1][MAX_ID + 1];

  /**
   * @param members filled by the caller, in the order of their ids
   */
  SimNetwork(World world, List<SimNode> members) {
    this.world = world;
    this.members = members;
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

  /** Cuts a member off from all others, or connects it again. */
  void flip(long member) {
    int id = (int) member;
    boolean off = !cut[id][id];
    for (int other = 1; other <= MAX_ID; other++) {
      cut[id][other] = off;
      cut[other][id] = off;
    }
  }

  void heal() {
    for (boolean[] row : cut) {
      Arrays.fill(row, false);
    }
  }

  /** A new member stands where another one does. */
  void placeLike(long id, long other) {
    for (int each = 1; each <= MAX_ID; each++) {
      cut[(int) id][each] = cut[(int) other][each];
      cut[each][(int) id] = cut[each][(int) other];
    }
    cut[(int) id][(int) other] = false;
    cut[(int) other][(int) id] = false;
  }

  /** Takes a new shape; says which, for the trace. */
  String reshape(SplittableRandom random) {
    heal();
    List<SimNode> here = here();
    int some = (int) here.get(random.nextInt(here.size())).id;
    return switch (random.nextInt(8)) {
      case 0 -> "healed";
      case 1 -> split(random);
      case 2 -> isolate(some);
      case 3 -> oneWay(some, random.nextBoolean());
      case 4 -> bridge(some);
      case 5, 6 -> stranded(random);
      default -> scatter(random, Set.of());
    };
  }

  private List<SimNode> here() {
    return members.stream().filter(member -> !member.isGone()).toList();
  }

  /** Cuts a link, one way, wherever the shape says so. */
  private void cutWhere(BiPredicate<Integer, Integer> shape) {
    for (int a = 1; a <= members.size(); a++) {
      for (int b = 1; b <= members.size(); b++) {
        cut[a][b] = a != b && shape.test(a, b);
      }
    }
  }

  private String split(SplittableRandom random) {
    long side = random.nextLong();
    cutWhere((a, b) -> (side >> a & 1) != (side >> b & 1));
    return "split " + Long.toBinaryString(side >> 1 & (1L << members.size()) - 1);
  }

  /** A leader with all learners and too few voters on one side, the rest on the other. */
  private String stranded(SplittableRandom random) {
    boolean[] with = new boolean[MAX_ID + 1];
    for (SimNode member : members) {
      if (member.isUp() && member.core().role() == Role.LEADER) {
        with[(int) member.id] = true;
        Configuration now = member.core().configuration();
        now.learners().forEach(learner -> with[(int) (long) learner] = true);
        int voters = now.voters().size();
        for (int more = random.nextInt((voters + 1) / 2); more > 1; more--) {
          with[(int) (long) now.voters().get(random.nextInt(voters))] = true;
        }
      }
    }
    cutWhere((a, b) -> with[a] != with[b]);
    StringBuilder side = new StringBuilder("stranded");
    for (int id = 1; id <= members.size(); id++) {
      side.append(with[id] ? " " + id : "");
    }
    return side.toString();
  }

  private String isolate(int member) {
    cutWhere((a, b) -> a == member || b == member);
    return "isolate " + member;
  }

  private String oneWay(int member, boolean hearsNothing) {
    cutWhere((a, b) -> hearsNothing ? b == member : a == member);
    return member + (hearsNothing ? " hears nothing" : " is not heard");
  }

  /** Two halves that only one member can reach. */
  private String bridge(int middle) {
    cutWhere((a, b) -> a != middle && b != middle && (a < middle) != (b < middle));
    return "bridge over " + middle;
  }

  /** Cuts links at random, each direction for itself, but none inside a group of members. */
  String scatter(SplittableRandom random, Set<Long> spared) {
    int oneIn = 1 + random.nextInt(3);
    StringBuilder links = new StringBuilder("cut links");
    for (int a = 1; a <= members.size(); a++) {
      for (int b = 1; b <= members.size(); b++) {
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
