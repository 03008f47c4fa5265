package io.kelson.client;

import io.kelson.api.MemberAddResponse;
import io.kelson.api.MemberListResponse;
import io.kelson.api.MemberPromoteResponse;
import io.kelson.api.MemberRemoveResponse;
import io.kelson.api.MemberUpdateResponse;
import io.kelson.api.ResponseHeader;
import java.util.List;

/** Messages of the Cluster service to records. */
final class WireCluster {
  private WireCluster() {}

  static MemberList members(MemberListResponse response) {
    return members(response.getHeader(), response.getMembersList());
  }

  static MemberList removed(MemberRemoveResponse response) {
    return members(response.getHeader(), response.getMembersList());
  }

  static MemberList updated(MemberUpdateResponse response) {
    return members(response.getHeader(), response.getMembersList());
  }

  static MemberList promoted(MemberPromoteResponse response) {
    return members(response.getHeader(), response.getMembersList());
  }

  static MemberAdded added(MemberAddResponse response) {
    return new MemberAdded(
        Wire.header(response.getHeader()),
        member(response.getMember()),
        members(response.getMembersList()));
  }

  private static MemberList members(ResponseHeader header, List<io.kelson.api.Member> messages) {
    return new MemberList(Wire.header(header), members(messages));
  }

  private static List<Member> members(List<io.kelson.api.Member> messages) {
    return messages.stream().map(WireCluster::member).toList();
  }

  private static Member member(io.kelson.api.Member message) {
    return new Member(
        message.getID(),
        message.getName(),
        message.getPeerURLsList(),
        message.getClientURLsList(),
        message.getIsLearner());
  }
}
