package io.kelson.examples.orchestrator.policy;

/** The policies, by the names that the flag takes. */
public enum PolicyName {
  FCFS("fcfs", new FirstComeFirstServed()),
  SJF("sjf", new ShortestJobFirst()),
  RR("rr", new RoundRobin()),
  BEST_FIT("best-fit", new BestFit());

  private final String flag;
  private final Policy policy;

  PolicyName(String flag, Policy policy) {
    this.flag = flag;
    this.policy = policy;
  }

  /** The policy. */
  public Policy policy() {
    return policy;
  }

  /** The name as the flag takes it. */
  @Override
  public String toString() {
    return flag;
  }

  /**
   * The policy of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static PolicyName of(String flag) {
    for (PolicyName name : values()) {
      if (name.flag.equals(flag)) {
        return name;
      }
    }
    throw new IllegalArgumentException(
        "policy \"" + flag + "\" is not known: give fcfs, sjf, rr or best-fit");
  }
}
