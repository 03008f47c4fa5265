package io.kelson.chaos.cluster;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What can be done to a cluster of processes, as tried on this machine. */
final class Abilities {
  private static final String NO_LIBC =
      "etcd makes its own system calls: a library before it changes nothing";

  private final String product;
  private final Map<Ability, String> missing;

  private Abilities(String product, Map<Ability, String> missing) {
    this.product = product;
    this.missing = missing;
  }

  /**
   * Finds out.
   *
   * @throws IllegalStateException if an option asks for what is not there
   */
  static Abilities probe(ProcessOptions options) {
    Map<Ability, String> missing = new EnumMap<>(Ability.class);
    if (options.diskBytes() == 0) {
      String why = "members have no disks of their own: not asked for";
      missing.put(Ability.POWER, why);
      missing.put(Ability.FULL_DISK, why);
    } else {
      require("disks of their own", LoopDisk.missing(options.directory().toAbsolutePath()));
    }
    boolean libc = !options.command().product().equals("etcd");
    if (!options.syncFaults()) {
      missing.put(Ability.SYNC_FAULTS, "members do not run under libfiu: not asked for");
    } else {
      require("failing syncs", libc ? Preloads.syncFaultsMissing() : Optional.of(NO_LIBC));
    }
    if (!options.clockFaults()) {
      missing.put(Ability.CLOCK, "members do not run under libfaketime: not asked for");
    } else {
      require(
          "set clocks",
          libc
              ? Preloads.clockFaultsMissing(options.directory().toAbsolutePath())
              : Optional.of(NO_LIBC));
    }
    if (!libc) {
      missing.put(Ability.FILES, "etcd has no command that puts damaged files right");
    }
    missing.put(Ability.VERSIONS, "there is one version of the server here");
    if (options.members() < 3) {
      missing.put(Ability.MEMBERSHIP, "a quorum has to be left when a member is gone: it takes 3");
    }
    return new Abilities(version(options), missing);
  }

  /** The product under test, with its version. */
  String product() {
    return product;
  }

  /** Why it is not there; empty if it is. */
  Optional<String> missing(Ability ability) {
    return Optional.ofNullable(missing.get(ability));
  }

  private static void require(String what, Optional<String> reason) {
    reason.ifPresent(
        why -> {
          throw new IllegalStateException("no " + what + " here: " + why);
        });
  }

  private static String version(ProcessOptions options) {
    String product = options.command().product();
    Commands.Result said = Commands.run(options.command().prefix().get(0), "--version");
    return said.output()
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(product + " version: "))
        .map(line -> product + " " + line.substring(line.indexOf(": ") + 2))
        .findFirst()
        .orElse(product);
  }
}
