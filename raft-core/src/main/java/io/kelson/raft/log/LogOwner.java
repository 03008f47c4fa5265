package io.kelson.raft.log;

/**
 * Whose log it is: written into every segment, so that a segment copied over from another member is
 * refused rather than believed.
 *
 * @param clusterId the cluster's id
 * @param memberId the member's id
 */
public record LogOwner(long clusterId, long memberId) {
  /** For logs that belong to nobody in particular. */
  public static final LogOwner NOBODY = new LogOwner(0, 0);

  @Override
  public String toString() {
    return "member " + Long.toHexString(memberId) + " of cluster " + Long.toHexString(clusterId);
  }
}
