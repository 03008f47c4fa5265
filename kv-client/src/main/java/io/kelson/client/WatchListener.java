package io.kelson.client;

/**
 * Receives what a watch sees.
 *
 * <p>Called by one thread at a time and in order, on the client's callback executor; the next batch
 * is asked of the server only when the former call has returned, so a slow listener slows its own
 * watch and nothing else (unless the executor is the event loop itself). An exception thrown here
 * ends the watch.
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
