package io.kelson.server.http;

import java.util.List;
import java.util.function.Consumer;

/** What probes ask a member about itself. Thread-safe; nothing here blocks. */
public interface MemberHealth {
  /** The alarms raised in the cluster, by etcd's names: {@code NOSPACE}, {@code CORRUPT}. */
  List<String> alarms();

  /** Why this member's disk takes no writes, beginning with {@code NOSPACE}; empty if it does. */
  String diskReason();

  /** Whether a leader is known. */
  boolean hasLeader();

  /** Whether this member is a learner. */
  boolean isLearner();

  /**
   * Tries a read.
   *
   * @param serializable whether it is enough that this member answers by itself; otherwise the read
   *     is linearizable, which takes a leader and a quorum
   * @param done told once, on any thread: empty if it worked, otherwise the error's text
   */
  void read(boolean serializable, Consumer<String> done);

  /** {@code /health} was answered. */
  default void answered(boolean healthy) {}

  /**
   * One check of a probe was made.
   *
   * @param probe {@code livez} or {@code readyz}
   * @param check its name in the probe's list
   */
  default void checked(String probe, String check, boolean healthy) {}
}
