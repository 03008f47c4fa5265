package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.stub.StreamObserver;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.EtcdError;
import io.kelson.api.Member;
import io.kelson.api.MemberAddRequest;
import io.kelson.api.MemberAddResponse;
import io.kelson.api.MemberListRequest;
import io.kelson.api.MemberListResponse;
import io.kelson.api.MemberPromoteRequest;
import io.kelson.api.MemberPromoteResponse;
import io.kelson.api.MemberRemoveRequest;
import io.kelson.api.MemberRemoveResponse;
import io.kelson.api.MemberUpdateRequest;
import io.kelson.api.MemberUpdateResponse;
import io.kelson.server.config.ConfigException;
import io.kelson.server.config.UrlList;
import io.kelson.server.membership.MemberChanges;
import io.kelson.server.membership.Members.Peer;
import io.kelson.server.membership.Roster;
import io.kelson.server.proto.MemberAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * etcdserverpb.Cluster. Changes are made by the leader; any other member passes the call on to it.
 */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
  private final MemberChanges changes;
  private final Supplier<? extends Map<Long, MemberAttributes>> attributes;
  private final LinearizableReads reads;
  private final Headers headers;
  private final LeaderForward leader;

  /**
   * @param attributes what members said of themselves, by member id
   * @param leader the way to whoever leads
   */
  ClusterService(
      MemberChanges changes,
      Supplier<? extends Map<Long, MemberAttributes>> attributes,
      LinearizableReads reads,
      Headers headers,
      LeaderForward leader) {
    this.changes = changes;
    this.attributes = attributes;
    this.reads = reads;
    this.headers = headers;
    this.leader = leader;
  }

  @Override
  public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> observer) {
    Reply<MemberAddResponse> reply = Reply.to(MemberAddResponse.class, observer);
    if (forwards(
        reply,
        (stub, to) -> stub.memberAdd(request, to),
        response -> response.toBuilder().setHeader(headers.at(0)).build())) {
      return;
    }
    withUrls(
        request.getPeerURLsList(),
        reply,
        urls ->
            changes.add(
                urls,
                request.getIsLearner(),
                outcome(
                    reply,
                    (added, members) ->
                        MemberAddResponse.newBuilder()
                            .setHeader(headers.at(0))
                            .setMember(added.orElseThrow())
                            .addAllMembers(members)
                            .build())));
  }

  @Override
  public void memberRemove(
      MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> observer) {
    Reply<MemberRemoveResponse> reply = Reply.to(MemberRemoveResponse.class, observer);
    if (!forwards(
        reply,
        (stub, to) -> stub.memberRemove(request, to),
        response -> response.toBuilder().setHeader(headers.at(0)).build())) {
      changes.remove(
          request.getID(),
          outcome(
              reply,
              (added, members) ->
                  MemberRemoveResponse.newBuilder()
                      .setHeader(headers.at(0))
                      .addAllMembers(members)
                      .build()));
    }
  }

  @Override
  public void memberPromote(
      MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> observer) {
    Reply<MemberPromoteResponse> reply = Reply.to(MemberPromoteResponse.class, observer);
    if (!forwards(
        reply,
        (stub, to) -> stub.memberPromote(request, to),
        response -> response.toBuilder().setHeader(headers.at(0)).build())) {
      changes.promote(
          request.getID(),
          outcome(
              reply,
              (added, members) ->
                  MemberPromoteResponse.newBuilder()
                      .setHeader(headers.at(0))
                      .addAllMembers(members)
                      .build()));
    }
  }

  @Override
  public void memberUpdate(
      MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> observer) {
    Reply<MemberUpdateResponse> reply = Reply.to(MemberUpdateResponse.class, observer);
    if (forwards(
        reply,
        (stub, to) -> stub.memberUpdate(request, to),
        response -> response.toBuilder().setHeader(headers.at(0)).build())) {
      return;
    }
    withUrls(
        request.getPeerURLsList(),
        reply,
        urls ->
            changes.update(
                request.getID(),
                urls,
                outcome(
                    reply,
                    (added, members) ->
                        MemberUpdateResponse.newBuilder()
                            .setHeader(headers.at(0))
                            .addAllMembers(members)
                            .build())));
  }

  private <T extends MessageLite> boolean forwards(
      Reply<T> reply, LeaderForward.Call<T> call, UnaryOperator<T> ownHeader) {
    return leader.maybeForward(attributes.get(), reply, call, ownHeader);
  }

  private static void withUrls(List<String> given, Reply<?> reply, Consumer<List<String>> then) {
    List<String> urls;
    try {
      urls = UrlList.requireUrls("peer URLs", given);
    } catch (ConfigException e) {
      reply.failed(EtcdError.BAD_MEMBER_URLS);
      return;
    }
    then.accept(urls);
  }

  private <T extends MessageLite> MemberChanges.Outcome outcome(
      Reply<T> reply, BiFunction<Optional<Member>, List<Member>, T> response) {
    return new MemberChanges.Outcome() {
      @Override
      public void done(Optional<Peer> added, Roster.View after) {
        List<Member> members = describe(after);
        Optional<Member> described =
            added.flatMap(peer -> members.stream().filter(m -> m.getID() == peer.id()).findFirst());
        reply.send(response.apply(described, members));
      }

      @Override
      public void failed(EtcdError error) {
        reply.failed(error);
      }
    };
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

  private MemberListResponse list() {
    return MemberListResponse.newBuilder()
        .setHeader(headers.at(0))
        .addAllMembers(describe(changes.view()))
        .build();
  }

  /** In etcd's order: by the first peer URL. A member that never ran has no name. */
  private List<Member> describe(Roster.View view) {
    Map<Long, MemberAttributes> said = attributes.get();
    return view.members().members().stream()
        .map(peer -> describe(peer, view.isLearner(peer), said.get(peer.id())))
        .sorted(Comparator.comparing(member -> member.getPeerURLs(0)))
        .toList();
  }

  private static Member describe(Peer peer, boolean isLearner, MemberAttributes said) {
    Member.Builder described = Member.newBuilder().setID(peer.id()).setIsLearner(isLearner);
    peer.peerUrls().stream().sorted().forEach(described::addPeerURLs);
    if (said != null) {
      described.setName(said.getName()).addAllClientURLs(said.getClientUrlsList());
    }
    return described.build();
  }
}
