package io.kelson.chaos.workload;

import io.kelson.client.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The workloads there are. */
public final class Workloads {
  /** What all keys of all workloads begin with. */
  public static final Bytes PREFIX = Bytes.utf8("chaos/");

  private static final Map<String, Supplier<JudgedWorkload>> ALL = new LinkedHashMap<>();

  static {
    add(() -> new RegisterWorkload(Checkers.named("linearizable")));
    add(() -> new TxnWorkload());
    add(() -> new ListAppendWorkload(Checkers.named("list-append")));
    add(() -> new SetWorkload(Checkers.named("set")));
    add(() -> new BankWorkload(Checkers.named("bank")));
    add(() -> new CounterWorkload(Checkers.named("counter")));
    add(() -> new WatchWorkload());
    add(() -> new SlowWatchWorkload());
    add(() -> new LeaseWorkload(Checkers.named("lease")));
    add(() -> new LockWorkload(Checkers.named("fence")));
    add(() -> new KubernetesWorkload(Checkers.named("informer", "lease")));
    add(() -> new AuthWorkload(Checkers.named("auth")));
  }

  private Workloads() {}

  /** Their names, in the order in which they are listed. */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /**
   * One for a single run: it counts what its clients do together.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static JudgedWorkload create(String name) {
    Supplier<JudgedWorkload> workload = ALL.get(name);
    if (workload == null) {
      throw new IllegalArgumentException(
          "there is no workload " + name + ": give one of " + String.join(", ", ALL.keySet()));
    }
    return workload.get();
  }

  private static void add(Supplier<JudgedWorkload> workload) {
    ALL.put(workload.get().name(), workload);
  }
}
