package io.kelson.server;

import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.transport.ClusterDescription;
import io.kelson.server.cluster.MemberIds;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.membership.Members;
import io.kelson.server.membership.Members.Peer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What a member does that was added to a running cluster and starts for the first time: it asks the
 * others, at the peer URLs it was given, who they are and who it is itself.
 */
final class Joining {
  private static final int ASK_TIMEOUT_MILLIS = 2_000;
  private static final long RETRY_MILLIS = 200;

  /** A member that lags may not have heard of this one yet. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private Joining() {}

  /**
   * What the cluster says.
   *
   * @param clusterId its id
   * @param selfId this member's
   * @param config a configuration that is certain, in which this member has no vote yet
   */
  record Answer(long clusterId, long selfId, ConfigEntry config) {}

  private record Description(
      long clusterId, long appliedIndex, ConfigEntry config, Set<Long> started) {
    Members members() {
      return Members.decode(config.context());
    }
  }

  /** Why this member cannot join; a moment later it may be different. */
  private static final class NotYetException extends Exception {
    private static final long serialVersionUID = 1L;

    NotYetException(String message) {
      super(message);
    }
  }

  /**
   * Asks until a member knows this one, for a few seconds. Blocks.
   *
   * @throws StartFailure naming what is in the way and the remedy
   */
  static Answer ask(ServerConfig config) throws StartFailure {
    long begin = System.nanoTime();
    while (true) {
      try {
        return check(config, newest(config));
      } catch (NotYetException e) {
        if (System.nanoTime() - begin > PATIENCE_NANOS) {
          throw new StartFailure(e.getMessage(), e);
        }
      }
      try {
        TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StartFailure("interrupted while joining the cluster", e);
      }
    }
  }

  /** The answer of whoever is furthest. */
  private static Description newest(ServerConfig config) throws NotYetException {
    Description newest = null;
    List<String> problems = new ArrayList<>();
    for (String url : peersOf(config)) {
      try {
        Description answer =
            parse(ClusterDescription.ask(PeerPort.address(url), ASK_TIMEOUT_MILLIS));
        if (newest == null || answer.appliedIndex() > newest.appliedIndex()) {
          newest = answer;
        }
      } catch (IOException | IllegalArgumentException e) {
        problems.add(url + ": " + e.getMessage());
      }
    }
    if (newest == null) {
      throw new NotYetException(
          "cannot join: none of the other members in --initial-cluster answers ("
              + (problems.isEmpty() ? "it names no other member" : String.join("; ", problems))
              + "); check that they run and that --initial-cluster has their peer URLs");
    }
    return newest;
  }

  private static List<String> peersOf(ServerConfig config) {
    return config.initialCluster().peerUrlsByName().entrySet().stream()
        .filter(member -> !member.getKey().equals(config.name()))
        .flatMap(member -> member.getValue().stream())
        .toList();
  }

  private static Description parse(byte[] bytes) throws IOException {
    var told = io.kelson.server.proto.ClusterDescription.parseFrom(bytes);
    return new Description(
        told.getClusterId(),
        told.getAppliedIndex(),
        ConfigEntry.decode(told.getConfig().toByteArray()),
        new HashSet<>(told.getStartedIdsList()));
  }

  private static Answer check(ServerConfig config, Description cluster)
      throws StartFailure, NotYetException {
    Set<String> own = Set.copyOf(config.initialAdvertisePeerUrls());
    Optional<Peer> self =
        cluster.members().members().stream()
            .filter(peer -> own.equals(Set.copyOf(peer.peerUrls())))
            .findFirst();
    if (self.isEmpty()) {
      throw new NotYetException(
          ("cannot join: cluster %s has no member with the peer URLs %s; add it first, with member "
                  + "add, and start it with the same --initial-advertise-peer-urls")
              .formatted(MemberIds.text(cluster.clusterId()), String.join(",", own)));
    }
    long id = self.get().id();
    if (cluster.config().configuration().isVoter(id) || cluster.started().contains(id)) {
      throw new StartFailure(
          ("cannot join: member %s, which has the peer URLs %s, has run before, and %s is empty: what "
                  + "it voted and acknowledged is lost. Remove it with member remove and add it again")
              .formatted(MemberIds.text(id), String.join(",", own), config.dataDir()),
          null);
    }
    requireSame(config.initialCluster().peerUrlsByName().values(), cluster.members().members());
    return new Answer(cluster.clusterId(), id, cluster.config());
  }

  private static void requireSame(Collection<List<String>> flags, List<Peer> members)
      throws NotYetException {
    Set<Set<String>> asked = flags.stream().map(Set::copyOf).collect(Collectors.toSet());
    Set<Set<String>> found =
        members.stream().map(peer -> Set.copyOf(peer.peerUrls())).collect(Collectors.toSet());
    if (!asked.equals(found)) {
      throw new NotYetException(
          ("cannot join: --initial-cluster has %d members with the peer URLs %s, the cluster has %d "
                  + "with %s; make --initial-cluster the same, as member add prints it")
              .formatted(asked.size(), sorted(asked), found.size(), sorted(found)));
    }
  }

  private static List<String> sorted(Set<Set<String>> urls) {
    return urls.stream().flatMap(Set::stream).sorted().toList();
  }
}
