package io.kelson.raft.sim;

import io.kelson.raft.core.Message;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** What all of one run share: the clock, the dice, the trace and the counters. One thread. */
final class World {
  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
    }
  }

  /** Many times what a run takes; more is a storm that feeds itself. */
  private static final long MAX_EVENTS = 400_000;

  final SplittableRandom random;
  final SimOptions options;
  final Counters counters = new Counters();

  /** Whether anything may go wrong just now; false once the run is to heal. */
  boolean faults = true;

  private final Consumer<String> trace;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long now;
  private long order;
  private long traceHash;

  /**
   * @param trace receives one line an event, or null for none
   */
  World(SplittableRandom random, SimOptions options, Consumer<String> trace) {
    this.random = random;
    this.options = options;
    this.trace = trace;
  }

  /** Virtual milliseconds since the run began. */
  long now() {
    return now;
  }

  void after(long millis, Runnable action) {
    events.add(new Event(now + millis, order++, action));
  }

  /** Lets everything happen that is due until a time. */
  void runUntil(long end) {
    while (!events.isEmpty() && events.peek().at() <= end) {
      Event event = events.poll();
      now = event.at();
      counters.events++;
      if (counters.events > MAX_EVENTS) {
        throw new SimFailure("more than " + MAX_EVENTS + " events: messages beget messages");
      }
      event.action().run();
    }
    now = end;
  }

  /** A number in [0, bound], 0 for a bound of 0. */
  int draw(int bound) {
    return bound == 0 ? 0 : random.nextInt(bound + 1);
  }

  boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  /** A number that two runs share only if they did the same. */
  long traceHash() {
    return traceHash;
  }

  /** Puts a line into the trace, and what it says of numbers and messages into its hash. */
  void note(String what, Object... details) {
    traceHash = traceHash * 0x9E3779B97F4A7C15L + now * 31 + what.hashCode();
    for (Object detail : details) {
      if (detail instanceof Number number) {
        traceHash = traceHash * 131 + number.longValue();
      } else if (detail instanceof String text) {
        traceHash = traceHash * 131 + text.hashCode();
      } else if (detail instanceof Message message) {
        traceHash =
            traceHash * 131
                + (message.kind().ordinal() * 31L + message.from()) * 31
                + message.to()
                + message.term();
      }
    }
    if (trace != null) {
      StringBuilder line = new StringBuilder().append(now).append(" ms ").append(what);
      for (Object detail : details) {
        line.append(' ').append(detail);
      }
      trace.accept(line.toString());
    }
  }
}
