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
}
