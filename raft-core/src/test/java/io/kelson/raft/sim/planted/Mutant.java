package io.kelson.raft.sim.planted;

import java.util.ArrayList;
import java.util.List;

/**
 * One planted bug.
 *
 * @param id what to call it
 * @param catalogue number of the real bug it resembles in the project's catalogue of failures in
 *     this field, 0 if it is a rule of the algorithm broken in a way nobody has reported
 * @param what what is wrong, in a few words
 * @param edits the changes, at least one
 */
record Mutant(String id, int catalogue, String what, List<Edit> edits) {
  /**
   * A change to one source.
   *
   * @param type the class whose source it is, with its package below {@code io.kelson.raft}
   * @param find text that is in there exactly once; how it is broken into lines does not matter
   * @param replace what stands there instead
   */
  record Edit(String type, String find, String replace) {}

  Mutant(String id, int catalogue, String what, String type, String find, String replace) {
    this(id, catalogue, what, List.of(new Edit(type, find, replace)));
  }

  /** The same with one more change: a mistake that another check would have covered up. */
  Mutant and(String type, String find, String replace) {
    List<Edit> more = new ArrayList<>(edits);
    more.add(new Edit(type, find, replace));
    return new Mutant(id, catalogue, what, List.copyOf(more));
  }
}
