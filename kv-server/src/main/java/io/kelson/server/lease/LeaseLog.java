package io.kelson.server.lease;

import io.kelson.api.EtcdError;
import io.kelson.server.proto.InternalRequest;
import java.util.function.Consumer;

/** What the lessor needs of consensus. Thread-safe; nothing here blocks. */
public interface LeaseLog {
  /**
   * Proposes a request once: it is not kept for a later leader if this one turns it down. Two
   * requests proposed one after the other stand in the log in that order, if both do.
   *
   * @param done told null once it was applied, else why it was refused or that nobody knows; on any
   *     thread, possibly before this returns
   */
  void propose(InternalRequest.Builder request, Consumer<EtcdError> done);

  /**
   * Waits until this member has applied everything that was committed before.
   *
   * @param done told null then, or why it cannot be known; on any thread
   */
  void confirm(Consumer<EtcdError> done);
}
