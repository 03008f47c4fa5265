package io.kelson.cli;

import com.google.protobuf.ByteString;
import io.kelson.api.ResponseHeader;
import io.kelson.client.Bytes;
import io.kelson.client.Header;
import io.kelson.client.Member;
import java.util.List;

/** What the client gives as the API's own messages, for the formats that show those. */
final class Messages {
  private Messages() {}

  static ResponseHeader header(Header header) {
    return ResponseHeader.newBuilder()
        .setClusterId(header.clusterId())
        .setMemberId(header.memberId())
        .setRevision(header.revision())
        .setRaftTerm(header.raftTerm())
        .build();
  }

  static ByteString bytes(Bytes bytes) {
    return ByteString.copyFrom(bytes.toByteArray());
  }

  static List<io.kelson.api.Member> members(List<Member> members) {
    return members.stream().map(Messages::member).toList();
  }

  static io.kelson.api.Member member(Member member) {
    return io.kelson.api.Member.newBuilder()
        .setID(member.id())
        .setName(member.name())
        .addAllPeerURLs(member.peerUrls())
        .addAllClientURLs(member.clientUrls())
        .setIsLearner(member.isLearner())
        .build();
  }
}
