package io.kelson.raft.transport;

import io.kelson.raft.transport.proto.Wire;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * Who this member is, and whom it talks to.
 *
 * <p>A member that reaches another cluster, because an address was reused or mistyped, would
 * otherwise take its votes and its log for its own. Objections are worded so that they read the
 * same in the logs of both sides.
 */
record Handshake(long selfId, long clusterId) {
  /** The version of the peer protocol spoken here; raised when frames change incompatibly. */
  static final int PROTOCOL = 1;

  /** The longest frame read from whoever has not yet said who it is. */
  static final int MAX_FRAME_BYTES = 4096;

  private static final int MAX_REASON_CHARS = 500;

  /** What this member says first to that one. */
  Wire.Frame hello(long to) {
    return hello(to, Wire.Purpose.MESSAGES);
  }

  /** What this member says first to that one on a connection for something. */
  Wire.Frame hello(long to, Wire.Purpose purpose) {
    return Wire.Frame.newBuilder()
        .setHello(
            Wire.Hello.newBuilder()
                .setProtocol(PROTOCOL)
                .setClusterId(clusterId)
                .setFrom(selfId)
                .setTo(to)
                .setPurpose(purpose))
        .build();
  }

  /** Whether somebody who dials means this cluster. */
  boolean isOfThisCluster(Wire.Hello hello) {
    return hello.getProtocol() == PROTOCOL && hello.getClusterId() == clusterId;
  }

  /** What is wrong with a stranger that dialled this member; empty if it may stay. */
  Optional<String> objectionToDialler(Wire.Hello hello, LongPredicate isPeer) {
    Optional<String> common = commonObjection(hello);
    if (common.isPresent()) {
      return common;
    }
    if (hello.getFrom() == selfId) {
      return Optional.of(
          "member id " + hex(selfId) + " is in use by both sides; give each member its own");
    }
    if (!isPeer.test(hello.getFrom())) {
      return Optional.of(
          "member "
              + hex(hello.getFrom())
              + " is not among the members that "
              + hex(selfId)
              + " knows; add it to the cluster first, or it was removed");
    }
    return Optional.empty();
  }

  /** What is wrong with the answer of a member that was dialled as {@code peer}. */
  Optional<String> objectionToAnswer(Wire.Hello hello, long peer) {
    Optional<String> common = commonObjection(hello);
    if (common.isPresent()) {
      return common;
    }
    return hello.getFrom() == peer
        ? Optional.empty()
        : Optional.of(wrongMember(peer, hello.getFrom()));
  }

  private Optional<String> commonObjection(Wire.Hello hello) {
    if (hello.getProtocol() != PROTOCOL) {
      return Optional.of(
          "peer protocol mismatch: member "
              + hex(hello.getFrom())
              + " speaks version "
              + Integer.toUnsignedString(hello.getProtocol())
              + ", member "
              + hex(selfId)
              + " version "
              + PROTOCOL);
    }
    if (hello.getClusterId() != clusterId) {
      return Optional.of(
          "cluster id mismatch: member "
              + hex(hello.getFrom())
              + " belongs to cluster "
              + hex(hello.getClusterId())
              + ", member "
              + hex(selfId)
              + " to cluster "
              + hex(clusterId)
              + "; check the peer addresses of both");
    }
    return hello.getTo() == selfId
        ? Optional.empty()
        : Optional.of(wrongMember(hello.getTo(), selfId));
  }

  private static String wrongMember(long wanted, long found) {
    return "member id mismatch: member "
        + hex(wanted)
        + " was wanted at this address, member "
        + hex(found)
        + " is there; check the peer addresses of both";
  }

  /** The frame that tells a stranger why it is turned away. */
  static Wire.Frame refusal(String reason) {
    return Wire.Frame.newBuilder().setRefusal(Wire.Refusal.newBuilder().setReason(reason)).build();
  }

  /** The frame that tells a former member that it is none any more. */
  Wire.Frame removal(long former) {
    return Wire.Frame.newBuilder()
        .setRefusal(
            Wire.Refusal.newBuilder()
                .setReason(
                    "member " + hex(former) + " has been removed from cluster " + hex(clusterId))
                .setRemoved(true))
        .build();
  }

  /** The reason the other side gave, made fit for a log: of bounded length and on one line. */
  static String reasonOf(Wire.Refusal refusal) {
    String reason = refusal.getReason();
    String bounded = reason.substring(0, Math.min(reason.length(), MAX_REASON_CHARS));
    return bounded.isBlank() ? "no reason given" : bounded.replaceAll("\\p{Cntrl}", "?");
  }

  private static String hex(long id) {
    return Long.toHexString(id);
  }
}
