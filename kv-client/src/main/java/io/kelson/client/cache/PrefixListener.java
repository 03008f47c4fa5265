package io.kelson.client.cache;

import io.kelson.client.EtcdException;
import io.kelson.client.Header;
import io.kelson.client.KeyValue;
import io.kelson.client.WatchBatch;
import java.util.List;

/**
 * Receives what a {@link ListWatch} sees: a list, then every change after it. Called by one thread
 * at a time and in order; an exception thrown here ends it.
 */
public interface PrefixListener {
  /**
   * Everything below the prefix at one revision. Comes first, and again whenever changes were
   * missed because they had been compacted away: then what is not in the list is gone.
   */
  void onList(long revision, List<KeyValue> kvs);

  /** Something changed after the last list. */
  void onEvents(WatchBatch batch);

  /** Every change up to {@code header.revision()} has been told. */
  default void onProgress(Header header) {}

  /**
   * It is over: nothing comes after this.
   *
   * @param cause null when it was closed on this side
   */
  default void onClosed(EtcdException cause) {}
}
