package io.kelson.raft.transport;

import java.util.ArrayList;
import java.util.List;

/**
 * Gathers what a message repeats, to be used again for the next one: the list that is handed out
 * then is exactly as long as it must be.
 */
final class Gathering<T> {
  /** Room that is kept; one long message shall not take up memory as long as the connection. */
  private static final int KEPT = 1024;

  private List<T> gathered = new ArrayList<>();

  void add(T element) {
    gathered.add(element);
  }

  /** All that was added since it was cleared, in that order; cannot be changed. */
  List<T> toList() {
    // To copy nothing would allocate, and a heartbeat repeats nothing.
    return gathered.isEmpty() ? List.of() : List.copyOf(gathered);
  }

  void clear() {
    if (gathered.size() > KEPT) {
      gathered = new ArrayList<>();
    } else {
      gathered.clear();
    }
  }
}
