package io.kelson.chaos.cluster;

/** A cluster whose members' peer ports can be shut while the members live. */
public interface PeerPorts {
  /**
   * Ends the connections that others have opened to a member, and has new ones turned away, as if
   * its process had ended; or opens its port again. Connections that it has opened itself stay.
   */
  void refuse(int member, boolean refuses);

  /** Whether a connection to the member's peer port is turned away just now. */
  boolean turnsAway(int member);
}
