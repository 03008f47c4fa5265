package io.kelson.server.cluster;

import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The members of a cluster, as the configuration gives them. Immutable.
 *
 * @param clusterId the cluster's id
 * @param selfId this member's id
 * @param members all of them, ascending by id as an unsigned number
 */
public record ClusterInfo(long clusterId, long selfId, List<Member> members) {
  /**
   * A member as the configuration knows it; what it says of itself (name, client URLs) comes
   * through the log.
   *
   * @param id its id
   * @param name its name in {@code --initial-cluster}
   * @param peerUrls where other members find it
   */
  public record Member(long id, String name, List<String> peerUrls) {}

  /** The cluster a configuration describes. */
  public static ClusterInfo of(ServerConfig config) {
    String token = config.initialClusterToken();
    InitialCluster initial = config.initialCluster();
    List<Member> members = new ArrayList<>();
    initial
        .peerUrlsByName()
        .forEach(
            (name, urls) -> members.add(new Member(MemberIds.memberId(urls, token), name, urls)));
    members.sort(Comparator.comparing(Member::id, Long::compareUnsigned));
    long clusterId =
        MemberIds.clusterId(members.stream().map(Member::id).collect(Collectors.toList()));
    long selfId = MemberIds.memberId(initial.peerUrlsByName().get(config.name()), token);
    return new ClusterInfo(clusterId, selfId, List.copyOf(members));
  }

  /** This member. */
  public Member self() {
    return members.stream().filter(m -> m.id() == selfId).findFirst().orElseThrow();
  }

  /** Everybody's id. */
  public List<Long> memberIds() {
    return members.stream().map(Member::id).toList();
  }
}
