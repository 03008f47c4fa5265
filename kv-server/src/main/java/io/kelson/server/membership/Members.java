package io.kelson.server.membership;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import io.kelson.server.cluster.ClusterInfo;
import io.kelson.server.proto.ClusterMembers;
import io.kelson.server.proto.PeerMember;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the server knows of the members in a configuration; travels as its context.
 *
 * @param members who belongs to the cluster once the change is complete
 * @param leaving who leaves by it, to be reached until then
 * @param removed ids of all who ever left, the leaving ones included; never taken again
 * @param changeId sets this change apart from others; 0 for the first configuration
 */
public record Members(List<Peer> members, List<Peer> leaving, Set<Long> removed, long changeId) {
  /**
   * A member.
   *
   * @param id its id
   * @param peerUrls where other members find it
   * @param becomesVoter whether it was added as a voter, and listens only until it has caught up
   */
  public record Peer(long id, List<String> peerUrls, boolean becomesVoter) {
    public Peer {
      peerUrls = List.copyOf(peerUrls);
    }
  }

  public Members {
    members = List.copyOf(members);
    leaving = List.copyOf(leaving);
    removed = Set.copyOf(removed);
  }

  /** Those a cluster begins with. */
  public static Members initial(ClusterInfo cluster) {
    List<Peer> peers =
        cluster.members().stream()
            .map(member -> new Peer(member.id(), member.peerUrls(), false))
            .toList();
    return new Members(peers, List.of(), Set.of(), 0);
  }

  /** The configuration entry that a cluster begins with. */
  public static ConfigEntry initialEntry(ClusterInfo cluster) {
    return new ConfigEntry(Configuration.of(cluster.memberIds()), initial(cluster).encode());
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if that is not what the bytes are
   */
  public static Members decode(byte[] context) {
    try {
      ClusterMembers found = ClusterMembers.parseFrom(ByteString.copyFrom(context));
      return new Members(
          peers(found.getMembersList()),
          peers(found.getLeavingList()),
          new HashSet<>(found.getRemovedIdsList()),
          found.getChangeId());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "the context of a configuration does not parse: " + e.getMessage(), e);
    }
  }

  private static List<Peer> peers(List<PeerMember> encoded) {
    return encoded.stream()
        .map(peer -> new Peer(peer.getId(), peer.getPeerUrlsList(), peer.getBecomesVoter()))
        .toList();
  }

  /** As the context of a configuration entry. */
  public byte[] encode() {
    ClusterMembers.Builder encoded = ClusterMembers.newBuilder().setChangeId(changeId);
    members.forEach(peer -> encoded.addMembers(encode(peer)));
    leaving.forEach(peer -> encoded.addLeaving(encode(peer)));
    removed.stream().sorted().forEach(encoded::addRemovedIds);
    return encoded.build().toByteArray();
  }

  private static PeerMember encode(Peer peer) {
    return PeerMember.newBuilder()
        .setId(peer.id())
        .addAllPeerUrls(peer.peerUrls())
        .setBecomesVoter(peer.becomesVoter())
        .build();
  }

  /** Their ids. */
  public Set<Long> ids() {
    return members.stream().map(Peer::id).collect(Collectors.toSet());
  }

  /** The member of that id. */
  public Optional<Peer> find(long id) {
    return members.stream().filter(peer -> peer.id() == id).findFirst();
  }

  /** Everybody who may have to be reached while the change is under way. */
  List<Peer> reachable() {
    List<Peer> all = new ArrayList<>(leaving);
    all.addAll(members);
    return all;
  }
}
