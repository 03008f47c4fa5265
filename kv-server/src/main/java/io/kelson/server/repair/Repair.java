package io.kelson.server.repair;

import io.kelson.api.Member;
import io.kelson.api.StatusResponse;
import io.kelson.server.cluster.DataDirectory;
import io.kelson.server.cluster.Identity;
import io.kelson.server.cluster.MemberIds;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.membership.JoinRefusedException;
import io.kelson.server.membership.Joining;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Brings a member back whose data is damaged or lost, under a new id: the old one has made promises
 * that nobody knows any more, so it must never vote or acknowledge again.
 *
 * <pre>
 * 1. REPAIR is written: from now on no server starts on the directory
 * 2. the old member is removed from the cluster
 * 3. everything in the directory is moved aside
 * 4. a member with the same peer URLs is added
 * 5. the directory becomes that member's: IDENTITY, and JOINED with what the cluster says
 * 6. REPAIR is deleted: the server may start, and does so like any member that has just joined
 * </pre>
 *
 * <p>Each step is durable before the next begins and finds out what is done already, so a repair
 * that was interrupted anywhere is carried to its end by running it again. Between 2 and 4 the
 * cluster has one member less; the caller's check that it works without this one makes that safe.
 */
final class Repair {
  private final DataDirectory directory;
  private final Peers peers;
  private final Given given;
  private final Consumer<String> report;

  /**
   * What the user said.
   *
   * @param name for a directory that does not say it; may be null
   * @param peerUrls for a directory that does not say them; empty if not said
   * @param isForced whether to go on though nothing is damaged
   */
  record Given(String name, List<String> peerUrls, boolean isForced) {}

  /**
   * A plan, and whether there is anything to do.
   *
   * @param plan null if there is not
   * @param members how many the cluster has now
   */
  record Outlook(RepairPlan plan, int members) {}

  /**
   * @param directory held by the caller
   * @param report is told what has been done, a line each
   */
  Repair(DataDirectory directory, Peers peers, Given given, Consumer<String> report) {
    this.directory = directory;
    this.peers = peers;
    this.given = given;
    this.report = report;
  }

  /**
   * Finds out what to do, changing nothing.
   *
   * @throws RepairException if the cluster, or the directory, is in no state for it
   */
  Outlook look() throws RepairException, IOException {
    List<StatusResponse> statuses = peers.statuses();
    Optional<byte[]> begun = directory.repairPlan();
    Optional<Identity> identity = directory.maybeIdentity();
    if (begun.isPresent()) {
      RepairPlan plan = RepairPlan.decode(begun.get());
      List<Member> members = membersOfWorkingCluster(statuses, plan.clusterId());
      requireNotRunning(members, plan.oldMemberId());
      return new Outlook(plan, members.size());
    }
    long clusterId =
        identity.map(Identity::clusterId).orElse(statuses.get(0).getHeader().getClusterId());
    List<Member> members = membersOfWorkingCluster(statuses, clusterId);
    if (identity.isPresent() && isReadyToStart(identity.get(), members)) {
      return new Outlook(null, members.size());
    }
    RepairPlan plan = drawUp(clusterId, identity, members);
    requireNotRunning(members, plan.oldMemberId());
    return new Outlook(plan, members.size());
  }

  private List<Member> membersOfWorkingCluster(List<StatusResponse> statuses, long clusterId)
      throws RepairException {
    for (StatusResponse status : statuses) {
      long found = status.getHeader().getClusterId();
      if (found != clusterId) {
        throw new RepairException(
            "an endpoint belongs to cluster %s, this directory to cluster %s"
                .formatted(MemberIds.text(found), MemberIds.text(clusterId)));
      }
    }
    try {
      return peers.members();
    } catch (RepairException e) {
      throw new RepairException(
          "the cluster does not work without this member, so it cannot be repaired from it (%s); bring other members back first, or restore a backup"
              .formatted(e.getMessage()),
          e);
    }
  }

  private void requireNotRunning(List<Member> members, long oldMemberId) throws RepairException {
    Optional<Member> old = members.stream().filter(m -> m.getID() == oldMemberId).findFirst();
    if (old.isPresent() && peers.runs(oldMemberId, old.get().getClientURLsList())) {
      throw new RepairException(
          "member %s runs, at %s; stop it first, or check --data-dir"
              .formatted(
                  MemberIds.text(oldMemberId), String.join(",", old.get().getClientURLsList())));
    }
  }

  /** Whether an earlier repair, or member add, left only the start to do. */
  private boolean isReadyToStart(Identity identity, List<Member> members) throws IOException {
    return !directory.hasBegun()
        && Damage.of(directory).isEmpty()
        && directory.joined().isPresent()
        && members.stream().anyMatch(member -> member.getID() == identity.memberId());
  }

  private RepairPlan drawUp(long clusterId, Optional<Identity> identity, List<Member> members)
      throws RepairException, IOException {
    if (directory.isRemoved() && !given.isForced()) {
      throw new RepairException(
          "this member was removed from its cluster on purpose; to bring it back all the same, say --force");
    }
    if (!given.isForced() && Damage.of(directory).isEmpty()) {
      throw new RepairException(
          "nothing is damaged in %s; start the member, or say --force to have it begin again"
              .formatted(directory.path()));
    }
    Optional<Member> old =
        identity.isPresent()
            ? members.stream().filter(m -> m.getID() == identity.get().memberId()).findFirst()
            : Peers.find(members, given.peerUrls());
    List<String> peerUrls = peerUrls(identity, old);
    requireOthers(members, peerUrls);
    return new RepairPlan(
        clusterId,
        old.map(Member::getID).orElse(0L),
        name(identity, old),
        peerUrls,
        old.map(Member::getIsLearner).orElse(false),
        identity.map(Identity::initialCluster).orElseGet(() -> text(members)),
        identity.map(Identity::token).orElse(""),
        DataDirectory.asideName(Instant.now()),
        false);
  }

  private String name(Optional<Identity> identity, Optional<Member> old) {
    if (given.name() != null) {
      return given.name();
    }
    return identity.map(Identity::name).orElse(old.map(Member::getName).orElse(""));
  }

  /** The cluster knows best: they may have been updated since the directory was made. */
  private List<String> peerUrls(Optional<Identity> identity, Optional<Member> old)
      throws RepairException {
    if (old.isPresent()) {
      return old.get().getPeerURLsList();
    }
    if (!given.peerUrls().isEmpty()) {
      return given.peerUrls();
    }
    List<String> founding =
        identity
            .map(i -> InitialCluster.parse(i.initialCluster()).peerUrlsByName().get(i.name()))
            .orElse(null);
    if (founding == null) {
      throw new RepairException(
          "%s does not say whose it was; say --initial-advertise-peer-urls with the peer URLs that member list shows for the member"
              .formatted(directory.path()));
    }
    return founding;
  }

  private static void requireOthers(List<Member> members, List<String> ownPeerUrls)
      throws RepairException {
    if (members.stream().allMatch(m -> m.getPeerURLsList().equals(ownPeerUrls))) {
      throw new RepairException(
          "a cluster of one has no peers to repair it from; restore a backup");
    }
  }

  private static String text(List<Member> members) {
    return members.stream()
        .filter(member -> !member.getName().isEmpty())
        .flatMap(m -> m.getPeerURLsList().stream().map(url -> m.getName() + "=" + url))
        .collect(Collectors.joining(","));
  }

  /**
   * Carries a plan out, or to its end. On return the directory is ready for its server.
   *
   * @return the member's new id
   * @throws RepairException if the cluster refuses a step; run again when it does not
   * @throws IOException if the directory cannot be read or written; run again when it can
   */
  long carryOut(RepairPlan plan) throws RepairException, IOException {
    directory.writeRepairPlan(plan.encode());
    report.accept("noted in " + directory.path().resolve("REPAIR"));
    if (peers.remove(plan.oldMemberId())) {
      report.accept("removed member " + MemberIds.text(plan.oldMemberId()));
    }
    if (!plan.isSetAside()) {
      directory.setAside(plan.asideName());
      report.accept("moved the damaged files to " + directory.path().resolve(plan.asideName()));
      directory.writeRepairPlan(plan.setAside().encode());
    }
    Member added = peers.add(plan.peerUrls(), plan.isLearner());
    report.accept("added member " + MemberIds.text(added.getID()));
    Joining.Answer answer = join(plan);
    directory.become(plan.identity(answer.selfId()));
    report.accept("the directory is member " + MemberIds.text(answer.selfId()) + "'s");
    directory.writeJoined(answer.config().encode());
    report.accept("wrote down what the cluster says of its members");
    directory.finishRepair();
    return answer.selfId();
  }

  private Joining.Answer join(RepairPlan plan) throws RepairException {
    List<String> others =
        peersOf(plan).stream().flatMap(member -> member.getPeerURLsList().stream()).toList();
    try {
      return Joining.ask(
          new Joining.Request(others, plan.peerUrls(), List.of(), directory.path()),
          peers.peerPorts());
    } catch (JoinRefusedException e) {
      throw new RepairException(e.getMessage(), e);
    }
  }

  private List<Member> peersOf(RepairPlan plan) throws RepairException {
    return peers.members().stream()
        .filter(member -> plan.peerUrls().stream().noneMatch(member.getPeerURLsList()::contains))
        .toList();
  }
}
