package io.kelson.server;

import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.transport.PeerSecurity;
import io.kelson.server.cluster.ClusterInfo;
import io.kelson.server.cluster.DataDirectory;
import io.kelson.server.cluster.Identity;
import io.kelson.server.cluster.MemberIds;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.ServerConfig.ClusterState;
import io.kelson.server.discovery.SrvDiscovery;
import io.kelson.server.membership.JoinRefusedException;
import io.kelson.server.membership.Joining;
import io.kelson.server.membership.Members;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who this member is and where its cluster began, for it: with the flags of a new cluster, or with
 * what a running one told it when it joined.
 *
 * @param cluster ids, and the members at that time
 * @param config their configuration, in force until the log names another one
 */
record Origin(ClusterInfo cluster, ConfigEntry config) {
  /**
   * Finds it out and makes the directory this member's; asks other members if this one joins.
   *
   * @param security how they are asked
   * @throws StartFailure if it cannot join, or was removed
   * @throws IOException if the directory is another member's, or cannot be read or written
   */
  static Origin settle(ServerConfig given, DataDirectory directory, PeerSecurity security)
      throws StartFailure, IOException {
    if (directory.isRemoved()) {
      throw new StartFailure(
          ("data directory %s belongs to member %s, which was removed from its cluster for good; to "
                  + "bring this machine back, add it with member add and start it with an empty directory")
              .formatted(directory.path(), MemberIds.text(directory.identity().memberId())),
          null);
    }
    if (directory.isUnderRepair()) {
      throw new StartFailure(
          "the repair of data directory %s was interrupted; finish it first. %s"
              .formatted(directory.path(), RepairHint.command(directory.path())),
          null);
    }
    Optional<byte[]> joined = directory.joined();
    if (joined.isPresent()) {
      // As in etcd, what the flags say of the cluster does not count any more.
      Identity identity = directory.identity();
      return of(identity.clusterId(), identity.memberId(), ConfigEntry.decode(joined.get()));
    }
    ServerConfig config = SrvDiscovery.ofSystem().settle(given, directory.path());
    if (config.initialClusterState() == ClusterState.EXISTING && !directory.hasBegun()) {
      return join(config, directory, security);
    }
    ClusterInfo cluster = ClusterInfo.of(config);
    boolean isFounding = !directory.hasBegun() || directory.isFounding();
    if (isFounding) {
      requireNeverRan(cluster, directory, security);
    }
    directory.adopt(Identity.of(config, cluster));
    SrvDiscovery.keep(config, directory.path());
    if (isFounding && cluster.members().size() > 1) {
      directory.markFounding();
    }
    return new Origin(cluster, Members.initialEntry(cluster));
  }

  private static Origin join(ServerConfig config, DataDirectory directory, PeerSecurity security)
      throws StartFailure, IOException {
    Joining.Answer answer = ask(config, security);
    Origin origin = of(answer.clusterId(), answer.selfId(), answer.config());
    directory.adopt(Identity.of(config, origin.cluster()));
    directory.writeJoined(answer.config().encode());
    return origin;
  }

  private static Joining.Answer ask(ServerConfig config, PeerSecurity security)
      throws StartFailure {
    Map<String, List<String>> members = config.initialCluster().peerUrlsByName();
    List<String> others =
        members.entrySet().stream()
            .filter(member -> !member.getKey().equals(config.name()))
            .flatMap(member -> member.getValue().stream())
            .toList();
    try {
      return Joining.ask(
          new Joining.Request(
              others,
              config.initialAdvertisePeerUrls(),
              List.copyOf(members.values()),
              config.dataDir()),
          security);
    } catch (JoinRefusedException e) {
      throw refusal(e, config.dataDir(), config.initialAdvertisePeerUrls());
    }
  }

  private static void requireNeverRan(
      ClusterInfo cluster, DataDirectory directory, PeerSecurity security) throws StartFailure {
    try {
      Joining.requireNeverRan(cluster, directory.path(), security);
    } catch (JoinRefusedException e) {
      throw refusal(e, directory.path(), cluster.self().peerUrls());
    }
  }

  static StartFailure refusal(JoinRefusedException e, Path dataDir, List<String> ownUrls) {
    String remedy = e.hasRunBefore() ? ". " + RepairHint.command(dataDir, ownUrls) : "";
    return new StartFailure(e.getMessage() + remedy, e);
  }

  private static Origin of(long clusterId, long selfId, ConfigEntry config) {
    List<ClusterInfo.Member> members =
        Members.decode(config.context()).members().stream()
            .map(peer -> new ClusterInfo.Member(peer.id(), "", peer.peerUrls()))
            .toList();
    return new Origin(new ClusterInfo(clusterId, selfId, members), config);
  }
}
