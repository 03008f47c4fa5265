package io.kelson.raft.core;

import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import io.kelson.raft.quorum.JointQuorum;
import java.util.ArrayList;
import java.util.List;

/**
 * The configurations that the log knows; the last one is in force from the moment its entry is
 * appended, committed or not (Raft paper, section 6), and no longer once the entry is cut off.
 *
 * <p>Before any of them stands the one as of the log's base, or, in a cluster that has just begun,
 * the one it was started with.
 */
final class Membership {
  private record Change(long index, ConfigEntry entry) {}

  private final ConfigEntry initial;
  private final List<Change> changes = new ArrayList<>();
  private Change base;
  private boolean recorded;
  private ConfigEntry current;
  private JointQuorum quorum;
  private List<Long> voters;

  Membership(CoreConfig config, RestoredLog restored) {
    this.initial = new ConfigEntry(config.configuration(), config.configurationContext());
    long index = restored.base().index();
    setBase(index, restored.baseConfig());
    for (Entry entry : restored.configEntries()) {
      if (entry.type() != EntryType.CONFIG
          || entry.index() <= index
          || entry.index() > restored.last().index()) {
        throw new InvariantViolation(
            entry + " is no configuration between " + index + " and " + restored.last());
      }
      index = entry.index();
      changes.add(new Change(index, decode(entry)));
    }
    activate();
  }

  private void setBase(long index, ConfigEntry config) {
    recorded = config != null;
    base = new Change(index, recorded ? config : initial);
  }

  /** What is in force. */
  ConfigEntry current() {
    return current;
  }

  Configuration configuration() {
    return current.configuration();
  }

  /** Index of the entry that brought what is in force, or of the base. */
  long index() {
    return last().index();
  }

  /** Whether log or base name a configuration, so that whoever joins will find one. */
  boolean isRecorded() {
    return recorded || !changes.isEmpty();
  }

  JointQuorum quorum() {
    return quorum;
  }

  /** Everybody with a vote, in either half of the configuration, ascending. */
  List<Long> voters() {
    return voters;
  }

  /** Notes an appended configuration entry. */
  void append(Entry entry) {
    changes.add(new Change(entry.index(), decode(entry)));
    activate();
  }

  /** Forgets what stood in entries after an index; returns whether that was in force. */
  boolean truncateAfter(long index) {
    if (last().index() <= index) {
      return false;
    }
    changes.removeIf(change -> change.index() > index);
    activate();
    return true;
  }

  /** Notes that the log begins after an index now; what is in force stays. */
  void cut(long index) {
    while (!changes.isEmpty() && changes.get(0).index() <= index) {
      base = changes.remove(0);
      recorded = true;
    }
  }

  /** Begins anew: nothing that any earlier entry said is left. */
  void reset(long index, ConfigEntry config) {
    changes.clear();
    setBase(index, config);
    activate();
  }

  /**
   * Whether a member may ask for votes: one that has a vote; or one that loses it by a
   * configuration of which it does not know that it is committed. The latter may be the only one
   * whose log can win an election, as those who shall decide alone from then on may not have that
   * configuration yet (thesis, section 4.2.2). It does not count itself then.
   */
  boolean mayCampaign(long self, long commit) {
    if (quorum.contains(self)) {
      return true;
    }
    return index() > commit && previous().configuration().isVoter(self);
  }

  private ConfigEntry previous() {
    return changes.size() < 2 ? base.entry() : changes.get(changes.size() - 2).entry();
  }

  private Change last() {
    return changes.isEmpty() ? base : changes.get(changes.size() - 1);
  }

  private void activate() {
    current = last().entry();
    Configuration configuration = current.configuration();
    quorum = new JointQuorum(configuration.voters(), configuration.outgoing());
    voters = configuration.members().stream().filter(configuration::isVoter).toList();
  }

  /** Checks that what is in force stands where the log ends or before. */
  void check(RaftLog log) {
    if (last().entry() != current || last().index() > log.last()) {
      throw new InvariantViolation(
          current + " is in force, but the latest in the log is " + last() + "; " + log);
    }
  }

  private static ConfigEntry decode(Entry entry) {
    try {
      return ConfigEntry.decode(entry.data());
    } catch (IllegalArgumentException e) {
      throw new InvariantViolation("entry " + entry + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "membership{" + last().index() + ": " + current.configuration() + "}";
  }
}
