package io.kelson.server.membership;

import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.transport.ClusterDescription;
import io.kelson.raft.transport.PeerAddress;
import io.kelson.raft.transport.PeerSecurity;
import io.kelson.server.cluster.ClusterInfo;
import io.kelson.server.cluster.MemberIds;
import io.kelson.server.config.UrlList;
import io.kelson.server.membership.Members.Peer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What a member asks the others, at their peer URLs, before it runs for the first time: who they
 * are and who it is itself, or, if it is to found the cluster, whether it has not done so before.
 *
 * <p>Blocks; for the thread that starts a member.
 */
public final class Joining {
  private static final int ASK_TIMEOUT_MILLIS = 2_000;
  private static final long RETRY_MILLIS = 200;

  /** A member that lags may not have heard of this one yet. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private Joining() {}

  /**
   * Who asks whom.
   *
   * @param askedPeerUrls where other members may answer
   * @param ownPeerUrls by which this member was added
   * @param members the peer URLs of each member the caller believes in, which must be those the
   *     cluster has; empty if the caller believes whatever the cluster says
   * @param dataDir this member's, for messages
   */
  public record Request(
      List<String> askedPeerUrls,
      List<String> ownPeerUrls,
      List<List<String>> members,
      Path dataDir) {}

  /**
   * What the cluster says.
   *
   * @param clusterId its id
   * @param selfId this member's
   * @param config a configuration that is certain, in which this member has no vote yet
   */
  public record Answer(long clusterId, long selfId, ConfigEntry config) {}

  private record Description(
      long clusterId,
      long appliedIndex,
      ConfigEntry config,
      Set<Long> started,
      boolean isUpToDate,
      byte[] restored) {
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
   * Asks until a member knows this one, for a few seconds.
   *
   * @param security how members are reached
   * @throws JoinRefusedException naming what is in the way and the remedy
   */
  public static Answer ask(Request request, PeerSecurity security) throws JoinRefusedException {
    long begin = System.nanoTime();
    while (true) {
      try {
        return check(request, newest(request, security));
      } catch (NotYetException e) {
        if (System.nanoTime() - begin > PATIENCE_NANOS) {
          throw new JoinRefusedException(e.getMessage(), false, e);
        }
      }
      try {
        TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new JoinRefusedException("interrupted while joining the cluster", false, e);
      }
    }
  }

  /**
   * Makes sure, as far as the others can tell, that a founder whose directory is empty has not run
   * before: it would vote and acknowledge as if it had never promised anything.
   *
   * @param security how they are reached
   * @return the others that answered and certainly never heard of it. Silence means nothing, as the
   *     members of a new cluster start one by one; nor does an answer from somebody who has just
   *     started again, and may yet find this member in its log
   * @throws JoinRefusedException if one of them knows this member, or that it was removed
   */
  public static Set<Long> requireNeverRan(ClusterInfo cluster, Path dataDir, PeerSecurity security)
      throws JoinRefusedException {
    return requireNeverRan(cluster, dataDir, null, security);
  }

  /**
   * The same, and makes sure that this member begins with what the others began with.
   *
   * @param restored tells the restored backup that this member begins with from others, empty if
   *     with none; null if that is not known yet
   */
  public static Set<Long> requireNeverRan(
      ClusterInfo cluster, Path dataDir, byte[] restored, PeerSecurity security)
      throws JoinRefusedException {
    Set<Long> answered = new HashSet<>();
    for (ClusterInfo.Member other : cluster.members()) {
      if (other.id() == cluster.selfId()) {
        continue;
      }
      for (String url : other.peerUrls()) {
        Optional<Description> answer = maybeAsk(url, security);
        if (answer.isPresent() && answer.get().clusterId() == cluster.clusterId()) {
          requireUnknown(cluster.selfId(), answer.get(), url, dataDir);
          requireSameBeginning(restored, answer.get(), url, dataDir);
          if (answer.get().isUpToDate()) {
            answered.add(other.id());
          }
          break;
        }
      }
    }
    return answered;
  }

  /**
   * One of these peer URLs at which a member of that cluster answers; empty if none does. Blocks
   * for some seconds at most for each.
   */
  public static Optional<String> running(
      long clusterId, List<List<String>> peerUrls, PeerSecurity security) {
    return peerUrls.stream()
        .flatMap(List::stream)
        .filter(
            url ->
                maybeAsk(url, security).filter(told -> told.clusterId() == clusterId).isPresent())
        .findFirst();
  }

  private static Optional<Description> maybeAsk(String url, PeerSecurity security) {
    try {
      return Optional.of(parse(ClusterDescription.ask(address(url), security, ASK_TIMEOUT_MILLIS)));
    } catch (IOException | IllegalArgumentException nobodyThere) {
      return Optional.empty();
    }
  }

  private static void requireUnknown(long self, Description told, String url, Path dataDir)
      throws JoinRefusedException {
    boolean removed = told.members().removed().contains(self);
    if (removed || told.started().contains(self)) {
      throw new JoinRefusedException(
          ("member %s %s, as %s says, and %s is empty: what it voted and acknowledged is lost, so it "
                  + "must not start under this id")
              .formatted(
                  MemberIds.text(self),
                  removed ? "was removed from its cluster" : "has run before",
                  url,
                  dataDir),
          true,
          null);
    }
  }

  /** Somebody who has applied nothing yet may not have what the cluster began with. */
  private static void requireSameBeginning(
      byte[] restored, Description told, String url, Path dataDir) throws JoinRefusedException {
    if (restored == null || told.appliedIndex() == 0 || Arrays.equals(restored, told.restored())) {
      return;
    }
    throw new JoinRefusedException(
        ("the member at %s %s, and %s %s: their data does not belong together; delete %s and restore it "
                + "from the backup, and with the flags, that all other members were restored with")
            .formatted(url, beginning(told.restored()), dataDir, beginning(restored), dataDir),
        false,
        null);
  }

  private static String beginning(byte[] restored) {
    return restored.length == 0
        ? "began with no backup"
        : "began with restored backup "
            + HexFormat.of().formatHex(restored, 0, Math.min(4, restored.length));
  }

  /** The answer of whoever is furthest. */
  private static Description newest(Request request, PeerSecurity security) throws NotYetException {
    Description newest = null;
    List<String> problems = new ArrayList<>();
    for (String url : request.askedPeerUrls()) {
      try {
        Description answer =
            parse(ClusterDescription.ask(address(url), security, ASK_TIMEOUT_MILLIS));
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

  private static PeerAddress address(String url) {
    InetSocketAddress address = UrlList.unresolved(url);
    return new PeerAddress(address.getHostString(), address.getPort(), UrlList.isTls(url));
  }

  private static Description parse(byte[] bytes) throws IOException {
    var told = io.kelson.server.proto.ClusterDescription.parseFrom(bytes);
    return new Description(
        told.getClusterId(),
        told.getAppliedIndex(),
        ConfigEntry.decode(told.getConfig().toByteArray()),
        new HashSet<>(told.getStartedIdsList()),
        told.getUpToDate(),
        told.getRestored().toByteArray());
  }

  private static Answer check(Request request, Description cluster)
      throws JoinRefusedException, NotYetException {
    Set<String> own = Set.copyOf(request.ownPeerUrls());
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
      throw new JoinRefusedException(
          ("cannot join: member %s, which has the peer URLs %s, has run before, and %s is empty: what "
                  + "it voted and acknowledged is lost")
              .formatted(MemberIds.text(id), String.join(",", own), request.dataDir()),
          true,
          null);
    }
    if (!request.members().isEmpty()) {
      requireSame(request.members(), cluster.members().members());
    }
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
