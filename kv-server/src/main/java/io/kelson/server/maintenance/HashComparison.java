package io.kelson.server.maintenance;

import io.kelson.server.proto.StoreHash;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the members' checksums of one point say.
 *
 * @param point as of when
 * @param agreeing members that hold what most of the cluster holds, or all that are known to hold
 *     the same
 * @param corrupt members that hold something else than a majority of the cluster; 0 in it if
 *     members differ and no majority says who is right, as in etcd
 * @param unknown members whose checksum of that point is not known: nothing is concluded of them
 */
public record HashComparison(
    HashPoint point, SortedSet<Long> agreeing, SortedSet<Long> corrupt, SortedSet<Long> unknown) {
  private static final Comparator<HashPoint> NEWEST_FIRST =
      Comparator.comparingLong(HashPoint::revision)
          .thenComparingLong(HashPoint::compactRevision)
          .reversed();

  /**
   * Compares at the newest point that tells most.
   *
   * @param members everybody in the cluster
   * @param hashes what each has said; members that did not answer are missing
   * @return a point at which members differ if there is one, else the newest that the most members
   *     know; empty if no two know the same
   */
  public static Optional<HashComparison> of(
      Set<Long> members, Map<Long, ? extends Collection<StoreHash>> hashes) {
    Map<HashPoint, Map<Long, Integer>> byPoint = new HashMap<>();
    hashes.forEach(
        (member, said) ->
            said.forEach(
                hash ->
                    byPoint
                        .computeIfAbsent(StoreHashes.point(hash), p -> new HashMap<>())
                        .put(member, hash.getHash())));
    List<HashComparison> comparisons = new ArrayList<>();
    byPoint.keySet().stream()
        .sorted(NEWEST_FIRST)
        .filter(point -> byPoint.get(point).size() > 1)
        .forEach(point -> comparisons.add(at(point, members, byPoint.get(point))));
    return comparisons.stream()
        .min(
            Comparator.<HashComparison, Boolean>comparing(c -> c.corrupt().isEmpty())
                .thenComparing(c -> c.unknown().size()));
  }

  private static HashComparison at(HashPoint point, Set<Long> members, Map<Long, Integer> known) {
    Map<Integer, SortedSet<Long>> groups = new HashMap<>();
    known.forEach((member, hash) -> groups.computeIfAbsent(hash, h -> new TreeSet<>()).add(member));
    SortedSet<Long> unknown = new TreeSet<>(members);
    unknown.removeAll(known.keySet());
    SortedSet<Long> largest =
        groups.values().stream().max(Comparator.comparingInt(Set::size)).orElseThrow();
    SortedSet<Long> corrupt = new TreeSet<>();
    if (groups.size() > 1) {
      if (largest.size() > members.size() / 2) {
        corrupt.addAll(known.keySet());
        corrupt.removeAll(largest);
      } else {
        corrupt.add(0L);
        largest = new TreeSet<>();
      }
    }
    return new HashComparison(point, largest, corrupt, unknown);
  }
}
