package io.kelson.server.rpc;

import io.grpc.stub.StreamObserver;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.EtcdError;
import io.kelson.api.Member;
import io.kelson.api.MemberListRequest;
import io.kelson.api.MemberListResponse;
import io.kelson.server.cluster.ClusterInfo;
import io.kelson.server.proto.MemberAttributes;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Supplier;

/** etcdserverpb.Cluster: MemberList. Changing the membership is not built yet. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
  private final ClusterInfo cluster;
  private final Supplier<? extends Map<Long, MemberAttributes>> attributes;
  private final LinearizableReads reads;
  private final Headers headers;

  /**
   * @param attributes what members said of themselves, by member id
   */
  ClusterService(
      ClusterInfo cluster,
      Supplier<? extends Map<Long, MemberAttributes>> attributes,
      LinearizableReads reads,
      Headers headers) {
    this.cluster = cluster;
    this.attributes = attributes;
    this.reads = reads;
    this.headers = headers;
  }

  @Override
  public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> observer) {
    Reply<MemberListResponse> reply = Reply.to(MemberListResponse.class, observer);
    if (!request.getLinearizable()) {
      reply.send(list());
      return;
    }
    reads.submit(
        CallLoop.current(),
        new LinearizableReads.Read() {
          @Override
          public void ready() {
            reply.send(list());
          }

          @Override
          public void failed(EtcdError error) {
            reply.failed(error);
          }
        });
  }

  /** In etcd's order: by the first peer URL. A member that never ran has no name. */
  private MemberListResponse list() {
    MemberListResponse.Builder list = MemberListResponse.newBuilder().setHeader(headers.at(0));
    Map<Long, MemberAttributes> said = attributes.get();
    cluster.members().stream()
        .map(member -> describe(member, said.get(member.id())))
        .sorted(Comparator.comparing(member -> member.getPeerURLs(0)))
        .forEach(list::addMembers);
    return list.build();
  }

  private static Member describe(ClusterInfo.Member member, MemberAttributes said) {
    Member.Builder described = Member.newBuilder().setID(member.id());
    member.peerUrls().stream().sorted().forEach(described::addPeerURLs);
    if (said != null) {
      described.setName(said.getName()).addAllClientURLs(said.getClientUrlsList());
    }
    return described.build();
  }
}
