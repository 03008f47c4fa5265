package io.kelson.cli;

import io.kelson.client.EndpointStatus;
import io.kelson.client.Member;
import io.kelson.client.MemberList;
import java.util.ArrayList;
import java.util.List;

/** Members and endpoints as rows of cells, shared by the simple and the table format. */
final class Rows {
  static final List<String> MEMBER_COLUMNS =
      List.of("ID", "Status", "Name", "Peer Addrs", "Client Addrs", "Is Learner");

  static final List<String> STATUS_COLUMNS =
      List.of(
          "endpoint",
          "ID",
          "version",
          "storage version",
          "db size",
          "in use",
          "percentage not in use",
          "quota",
          "is leader",
          "is learner",
          "raft term",
          "raft index",
          "raft applied index",
          "errors",
          "downgrade target version",
          "downgrade enabled");

  static final List<String> HEALTH_COLUMNS = List.of("endpoint", "health", "took", "error");

  static final List<String> HASH_COLUMNS = List.of("endpoint", "hash", "hash_revision");

  private Rows() {}

  static List<String> hash(EndpointHashCommand.Line line) {
    return List.of(
        line.endpoint(),
        Long.toString(line.hash().hash()),
        Long.toString(line.hash().hashRevision()));
  }

  static List<List<String>> members(MemberList members) {
    List<List<String>> rows = new ArrayList<>();
    for (Member member : members.members()) {
      rows.add(
          List.of(
              Long.toHexString(member.id()),
              member.name().isEmpty() ? "unstarted" : "started",
              member.name(),
              String.join(",", member.peerUrls()),
              String.join(",", member.clientUrls()),
              Boolean.toString(member.isLearner())));
    }
    return rows;
  }

  static List<String> status(EndpointStatusCommand.Line line) {
    EndpointStatus status = line.status();
    return List.of(
        line.endpoint(),
        Long.toHexString(status.header().memberId()),
        status.version(),
        status.storageVersion(),
        GoText.size(status.dbSizeBytes()),
        GoText.size(status.dbSizeInUseBytes()),
        percentNotInUse(status) + "%",
        GoText.size(status.dbSizeQuotaBytes()),
        Boolean.toString(status.leader() == status.header().memberId()),
        Boolean.toString(status.isLearner()),
        Long.toUnsignedString(status.raftTerm()),
        Long.toUnsignedString(status.raftIndex()),
        Long.toUnsignedString(status.raftAppliedIndex()),
        String.join(", ", status.errors()),
        status.downgradeTargetVersion(),
        Boolean.toString(status.downgradeEnabled()));
  }

  private static long percentNotInUse(EndpointStatus status) {
    // A server that reports no size would have etcdctl divide by zero.
    return status.dbSizeBytes() == 0
        ? 0
        : 100 - status.dbSizeInUseBytes() * 100 / status.dbSizeBytes();
  }

  static List<String> health(EndpointHealthCommand.Line line) {
    return List.of(
        line.endpoint(),
        Boolean.toString(line.healthy()),
        GoText.duration(line.tookNanos()),
        line.error());
  }
}
