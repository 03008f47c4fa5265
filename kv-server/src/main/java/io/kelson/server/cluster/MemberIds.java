package io.kelson.server.cluster;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.List;

/**
 * Makes the ids of members and clusters exactly as etcd makes them for a static bootstrap, so that
 * a migrated cluster keeps the ids its tools know.
 */
public final class MemberIds {
  private MemberIds() {}

  /**
   * A member's id: the first eight bytes, big-endian, of SHA-1 over its sorted peer URLs and the
   * cluster token, joined without anything between them.
   */
  public static long memberId(List<String> peerUrls, String clusterToken) {
    String joined = String.join("", peerUrls.stream().sorted().toList()) + clusterToken;
    return firstEightBytes(joined.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The id of a member that joins a running cluster: as {@link #memberId}, with the moment of its
   * adding appended, so that whoever comes back to an address comes as somebody else.
   *
   * @param unixSeconds decimal in the hash
   */
  public static long addedMemberId(List<String> peerUrls, String clusterToken, long unixSeconds) {
    return memberId(peerUrls, clusterToken + unixSeconds);
  }

  /**
   * A cluster's id: the same hash over its members' ids, eight bytes big-endian each, ascending as
   * unsigned numbers.
   */
  public static long clusterId(Collection<Long> memberIds) {
    ByteBuffer bytes = ByteBuffer.allocate(memberIds.size() * Long.BYTES);
    memberIds.stream().sorted(Long::compareUnsigned).forEach(bytes::putLong);
    return firstEightBytes(bytes.array());
  }

  /** An id as etcd's tools print it: hexadecimal without leading zeros. */
  public static String text(long id) {
    return Long.toHexString(id);
  }

  private static long firstEightBytes(byte[] input) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(input)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
