package io.kelson.chaos;

/**
 * Who leads, as the members said.
 *
 * @param node the leader
 * @param memberId its member id, unsigned
 * @param term the term it leads in
 */
public record Leadership(ClusterNode node, long memberId, long term) {
  @Override
  public String toString() {
    return node + " (" + Long.toHexString(memberId) + ") in term " + term;
  }
}
