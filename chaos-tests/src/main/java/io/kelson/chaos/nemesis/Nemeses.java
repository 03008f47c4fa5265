package io.kelson.chaos.nemesis;

import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Every fault there is, by name. Immutable. */
public final class Nemeses {
  private static final long KEPT_REVISIONS = 100;
  private static final Nemesis NONE =
      new Deed(
          "none",
          "nothing is done: what the others are compared with",
          Set.of(),
          (cluster, random) ->
              new Fault(
                  "nothing", Duration.ofSeconds(1), () -> Optional.of("nothing was to be seen")));

  private final Map<String, Nemesis> byName = new LinkedHashMap<>();

  private Nemeses(Lasting lasting, long keptRevisions) {
    List<Nemesis> members = new ArrayList<>(new ProcessNemeses(lasting).all());
    members.addAll(new DiskNemeses(lasting).all());
    List<Nemesis> links = new ArrayList<>(new LinkNemeses(lasting).all());
    links.addAll(new BadLinkNemeses(lasting).all());
    List<Nemesis> load = new ArrayList<>(new LoadNemeses(lasting, keptRevisions).all());
    load.add(new ConnectionFlood(lasting));
    load.add(new SlowWatcher(lasting));
    List<Nemesis> clocks =
        List.of(new ClockJump(lasting).nemesis(), new ClockDrift(lasting).nemesis());
    add(List.of(NONE));
    List.of(members, links, load, clocks).forEach(this::add);
    // Not in a swarm: watches that fell behind for another reason would fail because of it.
    load.removeIf(nemesis -> nemesis.name().equals("compact"));
    // Between two members it waits for a healthy cluster, which the other faults may not let it be.
    members.removeIf(nemesis -> nemesis.name().equals("restart-rolling"));
    // A repair takes a quorum, so it comes alone as well.
    add(List.of(new BitFlip(lasting).nemesis(), new StoreBitFlip(lasting).nemesis()));
    // So does a replacement.
    add(new MemberNemeses(lasting).all());
    add(List.of(new Swarm(List.of(members, links, load, clocks))));
  }

  /** With faults that last as said. */
  public static Nemeses lasting(Lasting lasting) {
    return new Nemeses(lasting, KEPT_REVISIONS);
  }

  /**
   * The same.
   *
   * @param keptRevisions how many of the newest revisions {@code compact} leaves; watches and reads
   *     of older ones fail
   */
  public static Nemeses lasting(Lasting lasting, long keptRevisions) {
    return new Nemeses(lasting, keptRevisions);
  }

  /** All, in the order they are listed in. */
  public List<Nemesis> all() {
    return List.copyOf(byName.values());
  }

  /**
   * The one of that name.
   *
   * @throws IllegalArgumentException naming all there are, if there is none
   */
  public Nemesis named(String name) {
    Nemesis found = byName.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "no nemesis is called " + name + ", there are: " + String.join(", ", byName.keySet()));
    }
    return found;
  }

  /** Why a fault cannot be done to a cluster, in words for the report; empty if it can. */
  public static Optional<String> missing(Nemesis nemesis, ChaosCluster cluster) {
    String reasons =
        nemesis.needs().stream()
            .sorted()
            .flatMap(ability -> words(ability, cluster).stream())
            .collect(Collectors.joining("; "));
    return reasons.isEmpty() ? Optional.empty() : Optional.of(reasons);
  }

  private static Optional<String> words(Ability ability, ChaosCluster cluster) {
    return cluster.missing(ability).map(why -> ability + ": " + why);
  }

  private void add(List<Nemesis> some) {
    some.forEach(nemesis -> byName.put(nemesis.name(), nemesis));
  }
}
