package io.kelson.client.cache;

import io.kelson.client.KeyValue;
import java.util.List;

/**
 * A part of a {@link Cache} as of one revision.
 *
 * @param revision the revision
 * @param kvs the keys, in their order
 */
public record CacheView(long revision, List<KeyValue> kvs) {
  public CacheView {
    kvs = List.copyOf(kvs);
  }
}
