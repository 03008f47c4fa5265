package io.kelson.bench;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** The connections of a load of streams, spread over driver threads and round the members. */
final class Wires implements AutoCloseable {
  private final List<Wire> wires = new ArrayList<>();

  private Wires() {}

  /**
   * Connects every connection of the plan and makes sure that it answers.
   *
   * @throws IllegalStateException naming an endpoint that does not answer
   */
  static Wires connect(LoadPlan plan) {
    return each(
        plan, (wire, endpoint) -> LoadDriver.requireStatus(endpoint, wire.connect(endpoint)));
  }

  /**
   * Connects every connection of the plan for streams that are read frame by frame.
   *
   * @throws IllegalStateException naming an endpoint where nobody listens
   */
  static Wires dial(LoadPlan plan) {
    return each(plan, Wire::dial);
  }

  private static Wires each(LoadPlan plan, BiConsumer<Wire, String> connect) {
    Wires all = new Wires();
    try {
      int loops = Math.min(plan.eventLoops(), plan.connections());
      for (int i = 0; i < loops; i++) {
        all.wires.add(new Wire(new DefaultThreadFactory("streams", true)));
      }
      for (int i = 0; i < plan.connections(); i++) {
        String endpoint = plan.endpoints().get(i % plan.endpoints().size());
        connect.accept(all.wires.get(i % loops), endpoint);
      }
      return all;
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }

  /** The driver thread of the stream of that number. */
  Wire of(int stream) {
    return wires.get(stream % wires.size());
  }

  /** Which of its driver thread's connections a stream of that number takes. */
  int channelOf(int stream) {
    return stream / wires.size();
  }

  void abort() {
    wires.forEach(Wire::abort);
  }

  @Override
  public void close() {
    wires.forEach(Wire::close);
  }
}
