package io.kelson.chaos.run;

import java.time.Duration;
import java.util.List;

/**
 * What one run is to be.
 *
 * @param workload the name of what clients do
 * @param nemesis the name of what is done to the cluster, {@code none} for nothing
 * @param duration how long clients work, from 1 s
 * @param seed from which all random choices come
 * @param driver {@code process} or {@code docker}
 * @param product {@code kelson} or {@code etcd}
 * @param members how many, from 1 to 9
 * @param clients how many threads of clients, from 1 to 64
 * @param rate calls a second of each client, 0 for as fast as answers come
 * @param planted id of the bug planted in every member, empty for none
 * @param flags further flags for every member, with blanks between them; empty for none
 */
public record RunSpec(
    String workload,
    String nemesis,
    Duration duration,
    long seed,
    String driver,
    String product,
    int members,
    int clients,
    double rate,
    String planted,
    String flags) {
  /** The name of no nemesis. */
  public static final String NO_NEMESIS = "none";

  static final List<String> DRIVERS = List.of("process", "docker");
  static final List<String> PRODUCTS = List.of("kelson", "etcd");

  public RunSpec {
    require(duration.toMillis() >= 1_000, "duration", duration, "at least 1 s");
    require(DRIVERS.contains(driver), "driver", driver, "one of " + DRIVERS);
    require(PRODUCTS.contains(product), "product", product, "one of " + PRODUCTS);
    require(members >= 1 && members <= 9, "members", members, "1 to 9");
    require(clients >= 1 && clients <= 64, "clients", clients, "1 to 64");
    boolean canPlant = driver.equals("process") && product.equals("kelson");
    require(planted.isEmpty() || canPlant, "planted bug", planted, "it to processes of kelson");
    require(rate >= 0 && rate <= 100_000, "rate", rate, "0 to 100000 calls a second");
  }

  /** Three members of Kelson as processes, eight clients in a closed loop, 30 s. */
  public static RunSpec of(String workload, String nemesis, long seed) {
    return new RunSpec(
        workload, nemesis, Duration.ofSeconds(30), seed, "process", "kelson", 3, 8, 0, "", "");
  }

  /** The same for another time. */
  public RunSpec withDuration(Duration other) {
    return new RunSpec(
        workload, nemesis, other, seed, driver, product, members, clients, rate, planted, flags);
  }

  /** The same with a bug in every member. */
  public RunSpec withPlanted(String bug) {
    return new RunSpec(
        workload, nemesis, duration, seed, driver, product, members, clients, rate, bug, flags);
  }

  /** The same with another workload, nemesis and seed. */
  public RunSpec with(String otherWorkload, String otherNemesis, long otherSeed) {
    return new RunSpec(
        otherWorkload,
        otherNemesis,
        duration,
        otherSeed,
        driver,
        product,
        members,
        clients,
        rate,
        planted,
        flags);
  }

  /** Short, for directories. */
  public String title() {
    return workload + "-" + nemesis.replace(',', '+') + "-" + Long.toUnsignedString(seed);
  }

  /** The arguments that do it again. */
  public String arguments() {
    return "run --workload "
        + workload
        + " --nemesis "
        + nemesis
        + " --seconds "
        + duration.toSeconds()
        + " --seed "
        + seed
        + " --driver "
        + driver
        + " --product "
        + product
        + " --members "
        + members
        + " --clients "
        + clients
        + (rate == 0 ? "" : " --rate " + rate)
        + (planted.isEmpty() ? "" : " --plant " + planted)
        + (flags.isEmpty() ? "" : " --flags " + (flags.contains(" ") ? "'" + flags + "'" : flags));
  }

  private static void require(boolean holds, String what, Object value, String remedy) {
    if (!holds) {
      throw new IllegalArgumentException(what + " is " + value + ": give " + remedy);
    }
  }
}
