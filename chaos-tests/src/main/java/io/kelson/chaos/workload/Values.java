package io.kelson.chaos.workload;

import io.kelson.client.Bytes;

/**
 * Values that no other write of the run has: the client's index and a counter, such as {@code
 * 3-128}. Not thread-safe.
 */
final class Values {
  private final String start;
  private long last;

  Values(int index) {
    this.start = index + "-";
  }

  Bytes next() {
    return Bytes.utf8(start + ++last);
  }
}
