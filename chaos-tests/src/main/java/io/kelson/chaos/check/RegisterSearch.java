package io.kelson.chaos.check;

import io.kelson.chaos.check.RegisterOp.Kind;
import io.kelson.chaos.check.RegisterOp.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides whether the history of one register is linearizable.
 *
 * <p>This is the search of Wing and Gong in the just-in-time form that Lowe gave it ("Testing for
 * linearizability", 2017), breadth first: the beginnings and ends of operations are gone through in
 * order, together with all the configurations that are still possible, each a state and the set of
 * operations that are open and have had their effect. When an operation ends, every configuration
 * in which it has not had its effect is extended by open operations, in every order, until it has.
 * Equal configurations are one (Lowe's memo). When none is left, the history up to that end is the
 * shortest prefix that cannot be explained.
 *
 * <p>Operations with an unknown outcome are open to the end of the history. Those that nobody can
 * have noticed are left out: that they never happened is always an explanation. Reads happen as
 * soon as they can, which is never worse than later.
 */
final class RegisterSearch {
  private static final int SLOTS = 64;
  private static final int SHOWN = 12;
  private static final long LONG_HISTORY = 20;

  private record Configuration(long done, int state) {}

  private record Moment(long nanos, boolean start, RegisterOp op) {}

  private final List<RegisterOp> ops;
  private final long mostSteps;
  private final RegisterOp[] slots = new RegisterOp[SLOTS];
  private Set<Configuration> possible = new HashSet<>();
  private long reads;
  private long steps;
  private boolean gaveUp;

  private RegisterSearch(List<RegisterOp> ops, int initial, long mostSteps) {
    this.ops = noticed(ops);
    this.mostSteps = mostSteps;
    possible.add(new Configuration(0, initial));
  }

  /**
   * The answer.
   *
   * @param finding why it is not linearizable; null if it is or nothing is known
   * @param decided false if the search was too large
   */
  record Answer(String finding, boolean decided) {}

  /**
   * Searches.
   *
   * @param mostSteps how many configurations may be looked at for the end of one operation; for the
   *     whole history twenty times as many
   */
  static Answer search(RegisterHistories.History history, long mostSteps) {
    return new RegisterSearch(history.ops(), history.initial(), mostSteps).run();
  }

  private Answer run() {
    List<Moment> moments = new ArrayList<>();
    for (RegisterOp op : ops) {
      moments.add(new Moment(op.startNanos(), true, op));
      if (!op.open()) {
        moments.add(new Moment(op.endNanos(), false, op));
      }
    }
    // At the same nanosecond nothing is before anything: beginnings come first.
    moments.sort(Comparator.comparingLong(Moment::nanos).thenComparing(moment -> !moment.start()));
    for (Moment moment : moments) {
      if (moment.start()) {
        int slot = slot(null);
        if (slot < 0) {
          return new Answer(null, false);
        }
        slots[slot] = moment.op();
        if (onlyReads(moment.op())) {
          reads |= 1L << slot;
          possible = withReads(possible);
        }
      } else {
        Set<Configuration> before = possible;
        int slot = slot(moment.op());
        possible = after(slot);
        if (gaveUp) {
          return new Answer(null, false);
        }
        if (possible.isEmpty()) {
          return new Answer(explain(moment.op(), before), true);
        }
        slots[slot] = null;
        reads &= ~(1L << slot);
      }
    }
    return new Answer(null, true);
  }

  @SuppressWarnings("ReferenceEquality") // two operations may well be equal
  private int slot(RegisterOp op) {
    for (int i = 0; i < SLOTS; i++) {
      if (slots[i] == op) {
        return i;
      }
    }
    return -1;
  }

  /** The configurations in which the operation of that slot has had its effect, and has ended. */
  private Set<Configuration> after(int slot) {
    long bit = 1L << slot;
    Set<Configuration> result = new HashSet<>();
    Set<Configuration> seen = new HashSet<>(possible);
    Deque<Configuration> left = new ArrayDeque<>(possible);
    long before = steps;
    while (!left.isEmpty()) {
      // A long history may take many steps, but only one end at a time has to be kept in memory.
      if (steps - before > mostSteps || steps > LONG_HISTORY * mostSteps) {
        gaveUp = true;
        return result;
      }
      Configuration configuration = left.poll();
      if ((configuration.done() & bit) != 0) {
        result.add(new Configuration(configuration.done() & ~bit, configuration.state()));
        continue;
      }
      for (int i = 0; i < SLOTS; i++) {
        if (slots[i] != null && (configuration.done() & 1L << i) == 0) {
          steps++;
          int state = slots[i].apply(configuration.state());
          if (state != RegisterOp.IMPOSSIBLE) {
            Configuration next =
                withReads(new Configuration(configuration.done() | 1L << i, state));
            if (seen.add(next)) {
              left.add(next);
            }
          }
        }
      }
    }
    return result;
  }

  private Set<Configuration> withReads(Set<Configuration> configurations) {
    Set<Configuration> result = new HashSet<>();
    configurations.forEach(configuration -> result.add(withReads(configuration)));
    return result;
  }

  /**
   * Lets every open read happen that can happen now. It changes nothing and has only to happen
   * once, so whatever may follow without it may follow with it.
   */
  private Configuration withReads(Configuration configuration) {
    long done = configuration.done();
    for (long left = reads & ~done; left != 0; left &= left - 1) {
      int slot = Long.numberOfTrailingZeros(left);
      if (slots[slot].apply(configuration.state()) != RegisterOp.IMPOSSIBLE) {
        done |= 1L << slot;
      }
    }
    return done == configuration.done()
        ? configuration
        : new Configuration(done, configuration.state());
  }

  private static boolean onlyReads(RegisterOp op) {
    return !op.open()
        && (op.succeeded() ? op.success() : op.failure())
            .stream().allMatch(step -> step.kind() == Kind.READ);
  }

  private String explain(RegisterOp last, Set<Configuration> before) {
    List<RegisterOp> prefix =
        ops.stream()
            .filter(op -> op.startNanos() <= last.endNanos())
            .sorted(Comparator.comparingLong(RegisterOp::startNanos))
            .toList();
    Set<Integer> states = new TreeSet<>();
    before.forEach(configuration -> states.add(configuration.state()));
    StringBuilder text = new StringBuilder();
    text.append("not linearizable from the end of: ").append(last.text());
    text.append("\n  the first ").append(prefix.size()).append(" operations, the last of them:");
    for (RegisterOp op : prefix.subList(Math.max(0, prefix.size() - SHOWN), prefix.size())) {
      text.append("\n  ").append(op.text());
    }
    text.append("\n  values possible before that end: ");
    states.stream().limit(SHOWN).forEach(state -> text.append(value(state)).append(' '));
    return text.toString();
  }

  private String value(int state) {
    return state == 0 ? "none" : "#" + state;
  }

  private static List<RegisterOp> noticed(List<RegisterOp> ops) {
    Set<Integer> seen = new HashSet<>();
    boolean all = false;
    for (RegisterOp op : ops) {
      if (!op.open() && !readsFirst(op)) {
        all |= op.conditions().stream().anyMatch(c -> c.equal() != op.succeeded());
        op.conditions().forEach(condition -> seen.add(condition.value()));
      }
      if (!op.open()) {
        for (Step step : op.succeeded() ? op.success() : op.failure()) {
          if (step.kind() == Kind.READ) {
            seen.add(step.value());
          } else if (step.kind() == Kind.DELETE) {
            seen.add(0);
            all |= step.value() == 1;
          }
        }
      }
    }
    boolean keepAll = all;
    return ops.stream().filter(op -> !op.open() || keepAll || writesOneOf(op, seen)).toList();
  }

  /** Whether the answer tells the whole state before, so that the conditions add nothing. */
  private static boolean readsFirst(RegisterOp op) {
    List<Step> steps = op.succeeded() ? op.success() : op.failure();
    return !steps.isEmpty() && steps.get(0).kind() == Kind.READ;
  }

  private static boolean writesOneOf(RegisterOp op, Set<Integer> values) {
    List<Step> steps = new ArrayList<>(op.success());
    steps.addAll(op.failure());
    return steps.stream()
        .anyMatch(
            step ->
                (step.kind() == Kind.WRITE && values.contains(step.value()))
                    || (step.kind() == Kind.DELETE && values.contains(0)));
  }
}
