package io.kelson.client.discovery;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The ways to choose an instance. Each takes the instances anew for every choice, as from {@link
 * ServiceView#instances}; those of weight 0 are never chosen.
 */
public final class Balancers {
  private Balancers() {}

  /** Any, each as likely as the next. */
  public static Balancer random(Supplier<List<Instance>> instances) {
    return choosing(instances, open -> open.get(ThreadLocalRandom.current().nextInt(open.size())));
  }

  /** One after the other. */
  public static Balancer roundRobin(Supplier<List<Instance>> instances) {
    AtomicInteger next = new AtomicInteger();
    return choosing(
        instances, open -> open.get(Math.floorMod(next.getAndIncrement(), open.size())));
  }

  /** Any, as likely as its weight says. */
  public static Balancer weighted(Supplier<List<Instance>> instances) {
    return weighted(instances, ThreadLocalRandom::current);
  }

  static Balancer weighted(
      Supplier<List<Instance>> instances, Supplier<? extends RandomGenerator> random) {
    return choosing(instances, open -> byWeight(open, random.get()));
  }

  private static Instance byWeight(List<Instance> open, RandomGenerator random) {
    long total = open.stream().mapToLong(Instance::weight).sum();
    long point = random.nextLong(total);
    for (Instance instance : open) {
      point -= instance.weight();
      if (point < 0) {
        return instance;
      }
    }
    throw new IllegalStateException("the weights do not add up");
  }

  /**
   * The one with the fewest calls under way through this balancer in proportion to its weight;
   * among equals the first by id. Needs every pick to be closed.
   */
  public static Balancer leastPending(Supplier<List<Instance>> instances) {
    return new LeastPending(instances);
  }

  private static Balancer choosing(
      Supplier<List<Instance>> instances, Function<List<Instance>, Instance> choice) {
    return () -> {
      List<Instance> open = open(instances);
      return open.isEmpty() ? Optional.empty() : Optional.of(new Uncounted(choice.apply(open)));
    };
  }

  private static List<Instance> open(Supplier<List<Instance>> instances) {
    return instances.get().stream().filter(instance -> instance.weight() > 0).toList();
  }

  private record Uncounted(Instance instance) implements Balancer.Pick {
    @Override
    public void close() {
      // Nobody counts.
    }
  }

  private static final class LeastPending implements Balancer {
    private final Supplier<List<Instance>> instances;

    /** Calls under way by instance id; an entry goes with its last call. */
    private final Map<String, Integer> pending = new HashMap<>();

    LeastPending(Supplier<List<Instance>> instances) {
      this.instances = instances;
    }

    @Override
    public synchronized Optional<Pick> pick() {
      Instance best = null;
      for (Instance candidate : open(instances)) {
        if (best == null || isLess(candidate, best)) {
          best = candidate;
        }
      }
      if (best == null) {
        return Optional.empty();
      }
      pending.merge(best.id(), 1, Integer::sum);
      return Optional.of(new Counted(best));
    }

    private boolean isLess(Instance a, Instance b) {
      return (long) calls(a) * b.weight() < (long) calls(b) * a.weight();
    }

    private int calls(Instance instance) {
      return pending.getOrDefault(instance.id(), 0);
    }

    private synchronized void over(Instance instance) {
      pending.computeIfPresent(instance.id(), (id, calls) -> calls == 1 ? null : calls - 1);
    }

    private final class Counted implements Pick {
      private final Instance instance;
      private final AtomicBoolean over = new AtomicBoolean();

      Counted(Instance instance) {
        this.instance = instance;
      }

      @Override
      public Instance instance() {
        return instance;
      }

      @Override
      public void close() {
        if (over.compareAndSet(false, true)) {
          over(instance);
        }
      }
    }
  }
}
