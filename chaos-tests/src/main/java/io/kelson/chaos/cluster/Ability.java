package io.kelson.chaos.cluster;

/**
 * What a fault needs of a cluster and of its machine. Whether it is there is probed, not assumed.
 */
public enum Ability {
  /** Stop a process and let it go on. */
  PAUSE,
  /** End a process at once, and start it again on its data. */
  KILL,
  /** Cut the way from one member to another, in that direction alone. */
  LINKS,
  /** Slow such a way down, or reset connections on it. */
  SHAPED_LINKS,
  /** Have a member's peer port turn connections away while it lives. */
  PORTS,
  /** Take what is not synced away from a member's disk. */
  POWER,
  /** Give a member's disk no room. */
  FULL_DISK,
  /** Make syncs take long, or fail. */
  SYNC_FAULTS,
  /** Set a member's wall clock. */
  CLOCK,
  /** Change bytes of a member's files. */
  FILES,
  /** Add, remove and replace members. */
  MEMBERSHIP,
  /** Run another version of the server. */
  VERSIONS
}
