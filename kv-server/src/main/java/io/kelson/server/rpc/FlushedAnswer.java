package io.kelson.server.rpc;

/** The bytes of a response that are sent while they are still being written. */
interface FlushedAnswer {
  /**
   * Called before the bytes are asked for.
   *
   * @param flush sends what has been written so far
   */
  void flushesWith(Runnable flush);
}
