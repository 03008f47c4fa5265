package io.kelson.server.rpc;

import io.netty.util.concurrent.FastThreadLocal;

/**
 * When a unary call reached which stage, by {@link System#nanoTime}; zero for a stage it has not
 * reached or does not have.
 *
 * <p>Written by whichever thread works on the call, one after the other; each hands the call on in
 * a way that lets the next one see what it wrote. Read when the call is over.
 */
final class CallTimes {
  private static final FastThreadLocal<CallTimes> CURRENT = new FastThreadLocal<>();

  final long begun;
  long proposed;
  long applying;
  long applied;
  long fresh;
  long reading;
  long answered;

  CallTimes(long begunNanos) {
    this.begun = begunNanos;
  }

  /** Those of the call that this thread is just beginning to serve; null if nobody wants them. */
  static CallTimes current() {
    return CURRENT.get();
  }

  /** Lets a service method, called by this thread, find them. */
  void enter() {
    CURRENT.set(this);
  }

  /** The service method has returned. */
  static void leave() {
    CURRENT.remove();
  }

  /**
   * What took how long, for a person: only the stages that the call has.
   *
   * @param overNanos when the last byte of the answer was given to the connection
   */
  String stages(long overNanos) {
    StringBuilder text = new StringBuilder();
    if (proposed != 0) {
      add(text, "queue", begun, proposed);
      add(text, "commit", proposed, applying);
      add(text, "apply", applying, applied);
      add(text, "send", applied, overNanos);
    } else {
      long last = begun;
      last = add(text, "read_index", last, fresh);
      last = add(text, "queue", last, reading);
      last = add(text, "range", last, answered);
      add(text, last == begun ? "other" : "send", last, overNanos);
    }
    return text.toString();
  }

  /** Adds a stage if there was one; returns where the next one begins. */
  private static long add(StringBuilder text, String stage, long from, long to) {
    if (to == 0) {
      return from;
    }
    text.append(' ').append(stage).append('=').append(millis(to - from)).append("ms");
    return to;
  }

  static String millis(long nanos) {
    return String.valueOf(Math.max(0, nanos) / 100_000 / 10.0);
  }
}
