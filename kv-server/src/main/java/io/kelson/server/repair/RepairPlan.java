package io.kelson.server.repair;

import io.kelson.server.cluster.Identity;
import io.kelson.server.cluster.MemberIds;
import io.kelson.server.proto.RepairRecord;
import java.util.List;

/**
 * What a repair has to do, kept in the directory until it is done: once the old member is removed,
 * nobody else remembers who it was.
 *
 * @param clusterId the cluster's id
 * @param oldMemberId who goes; 0 if nobody is known to have been here
 * @param name the member's name, old and new; may be empty
 * @param peerUrls where the others find it, before and after
 * @param isLearner whether it had no vote, and is to have none again
 * @param initialCluster what IDENTITY said of it
 * @param token what IDENTITY said of it
 * @param asideName the directory that the damaged files go to
 * @param isSetAside whether they are there
 */
record RepairPlan(
    long clusterId,
    long oldMemberId,
    String name,
    List<String> peerUrls,
    boolean isLearner,
    String initialCluster,
    String token,
    String asideName,
    boolean isSetAside) {
  RepairPlan {
    peerUrls = List.copyOf(peerUrls);
  }

  RepairPlan setAside() {
    return new RepairPlan(
        clusterId, oldMemberId, name, peerUrls, isLearner, initialCluster, token, asideName, true);
  }

  /** Whose the directory will be. */
  Identity identity(long newMemberId) {
    return new Identity(clusterId, newMemberId, name, initialCluster, token);
  }

  /** In words. */
  List<String> steps(int members) {
    String old = MemberIds.text(oldMemberId);
    return List.of(
        oldMemberId == 0
            ? "no member is to be removed"
            : "remove member %s from cluster %s of %d"
                .formatted(old, MemberIds.text(clusterId), members),
        "move what is in the directory to %s inside it; nothing is deleted".formatted(asideName),
        "add a member with a new id at %s, %s"
            .formatted(
                String.join(",", peerUrls),
                isLearner ? "a learner as before" : "who votes once it has caught up"),
        "make the directory that member's");
  }

  byte[] encode() {
    return RepairRecord.newBuilder()
        .setClusterId(clusterId)
        .setOldMemberId(oldMemberId)
        .setName(name)
        .addAllPeerUrls(peerUrls)
        .setIsLearner(isLearner)
        .setInitialCluster(initialCluster)
        .setToken(token)
        .setAsideName(asideName)
        .setIsSetAside(isSetAside)
        .build()
        .toByteArray();
  }

  /** Reads what {@link #encode} wrote; its caller has checked that the bytes are whole. */
  static RepairPlan decode(byte[] bytes) throws RepairException {
    try {
      RepairRecord found = RepairRecord.parseFrom(bytes);
      return new RepairPlan(
          found.getClusterId(),
          found.getOldMemberId(),
          found.getName(),
          found.getPeerUrlsList(),
          found.getIsLearner(),
          found.getInitialCluster(),
          found.getToken(),
          found.getAsideName(),
          found.getIsSetAside());
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new RepairException("the file REPAIR is of a version this one does not know", e);
    }
  }
}
