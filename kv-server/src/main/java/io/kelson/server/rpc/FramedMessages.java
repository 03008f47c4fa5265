package io.kelson.server.rpc;

import io.kelson.server.http.SeveralMessages;

/** Several messages that can be put behind one another in an array. */
interface FramedMessages extends SeveralMessages {
  /** How many. */
  int count();

  /** The size of one of them. */
  int size(int number);

  /**
   * Writes one of them.
   *
   * @return the offset behind it
   */
  int putInto(int number, byte[] target, int offset);
}
