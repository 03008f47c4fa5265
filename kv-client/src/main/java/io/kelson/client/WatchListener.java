package io.kelson.client;

/**
 * Receives what a watch sees.
 *
 * <p>Called by one thread at a time and in order, on the client's callback executor. About a
 * megabyte waits for a slow listener (or one batch, if that is larger); beyond it the server is
 * told to stop and asked again for the rest when the listener has caught up. So a slow one slows
 * its own watch and nothing else (unless the executor is the event loop itself), and misses nothing
 * that is not compacted meanwhile. An exception thrown here ends the watch.
 */
public interface WatchListener {
  /** The server has accepted the watch; every event after {@code header.revision()} will come. */
  default void onCreated(Header header) {}

  /** Something changed. */
  void onEvents(WatchBatch batch);

  /** Every event up to {@code header.revision()} has been delivered. */
  default void onProgress(Header header) {}

  /**
   * The connection broke; the watch goes on by itself from the revision after the last event seen,
   * without loss or repetition.
   */
  default void onInterrupted(EtcdException cause) {}

  /**
   * The watch is over: nothing comes after this.
   *
   * @param cause null when it was closed on this side; {@link CompactedException} when the revision
   *     to go on from is gone; else {@link WatchCanceledException} or what the server said
   */
  default void onClosed(EtcdException cause) {}
}
