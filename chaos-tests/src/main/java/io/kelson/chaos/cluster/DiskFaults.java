package io.kelson.chaos.cluster;

import java.util.List;

/** A cluster whose members have disks of their own. From one thread at a time per member. */
public interface DiskFaults {
  /**
   * Takes the power from these members, at the same time as far as that goes: what was not synced
   * is lost, and their processes are gone. Before it a witness is written to each disk and not
   * synced.
   */
  void cutPower(List<Integer> members);

  /**
   * Gives a member's disk back as it was at the cut. The member is not started.
   *
   * @return how many bytes the disk has kept of the witness; -1 if not even its name
   */
  long restorePower(int member);

  /** How long the witness was before the cut, in bytes. */
  long witnessBytes();

  /**
   * Takes all the room on a member's disk.
   *
   * @return how many bytes that took
   */
  long fill(int member);

  /** Gives the room back. */
  void free(int member);

  /** From now on every write to a member's disk waits. */
  void freeze(int member);

  /** Lets writes go on; does nothing if they do. */
  void thaw(int member);
}
