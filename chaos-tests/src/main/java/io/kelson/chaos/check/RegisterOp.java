package io.kelson.chaos.check;

import java.util.List;

/**
 * One operation on one register, with values as small numbers; 0 is "no such key".
 *
 * @param client the logical client
 * @param startNanos when it began
 * @param endNanos when it ended; {@link Long#MAX_VALUE} if its outcome is unknown
 * @param conditions what must hold for the first branch to run
 * @param success the steps of the first branch
 * @param failure the steps of the second
 * @param succeeded which branch the answer says ran; null if the outcome is unknown
 * @param text how it reads in a finding
 */
record RegisterOp(
    long client,
    long startNanos,
    long endNanos,
    List<Condition> conditions,
    List<Step> success,
    List<Step> failure,
    Boolean succeeded,
    String text) {
  /** What {@link #apply} answers when the operation cannot have happened in a state. */
  static final int IMPOSSIBLE = -1;

  /** Whether the register holds a value, or does not. */
  record Condition(int value, boolean equal) {
    boolean holds(int state) {
      return (state == value) == equal;
    }
  }

  /** What a step does. */
  enum Kind {
    READ,
    WRITE,
    DELETE
  }

  /**
   * One step.
   *
   * @param value what was read or is written; of a deletion 1 if it deleted something, else 0; -1
   *     if nobody was told
   */
  record Step(Kind kind, int value) {}

  /** The state after the operation, or {@link #IMPOSSIBLE} if its answer contradicts the state. */
  int apply(int state) {
    boolean holds = conditions.stream().allMatch(condition -> condition.holds(state));
    if (succeeded != null && succeeded != holds) {
      return IMPOSSIBLE;
    }
    int now = state;
    for (Step step : holds ? success : failure) {
      switch (step.kind()) {
        case READ -> {
          if (step.value() >= 0 && step.value() != now) {
            return IMPOSSIBLE;
          }
        }
        case WRITE -> now = step.value();
        case DELETE -> {
          if (step.value() >= 0 && (step.value() == 1) != (now != 0)) {
            return IMPOSSIBLE;
          }
          now = 0;
        }
      }
    }
    return now;
  }

  /** Whether the outcome is unknown. */
  boolean open() {
    return succeeded == null;
  }
}
