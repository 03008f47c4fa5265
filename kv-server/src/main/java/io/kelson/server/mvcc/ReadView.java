package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.RangeRequest;
import io.kelson.api.mvcc.KeyValue;

/** The keys as they are at one moment, with the past as far as it has not been compacted. */
public interface ReadView {
  /** Revision of the newest change in view; 1 for an empty store. */
  long revision();

  /** Revisions before this one are gone; 0 or less if nothing was compacted. */
  long compactRevision();

  /**
   * The newest version of a key, or null if there is none. May read from disk.
   *
   * @throws StoreException if the disk does not answer
   */
  KeyValue get(ByteString key);

  /**
   * Evaluates a range request as etcd does: key and range_end, revision, limit, filters, sort,
   * keys_only and count_only. A revision of 0 or less means the newest. May read from disk.
   *
   * @throws CompactedException if the revision has been compacted
   * @throws FutureRevisionException if the revision is newer than {@link #revision()}
   * @throws StoreException if the disk does not answer
   */
  RangeResult range(RangeRequest request);
}
