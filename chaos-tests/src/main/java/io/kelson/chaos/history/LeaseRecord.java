package io.kelson.chaos.history;

/**
 * One call about a lease, or one look at whether a key of it is still there.
 *
 * @param kind which call
 * @param lease the lease's id
 * @param client the logical client
 * @param startNanos before it was sent, from the beginning of the run
 * @param endNanos after it was answered; {@link Long#MAX_VALUE} if its outcome is unknown
 * @param status what is known of it
 * @param ttlSeconds granted or remaining, as the answer says; for a renewal 0 means that the lease
 *     was gone, for {@link Kind#TIME_TO_LIVE} -1 does
 * @param revision of the answer's header, 0 without one
 */
public record LeaseRecord(
    Kind kind,
    long lease,
    long client,
    long startNanos,
    long endNanos,
    Status status,
    long ttlSeconds,
    long revision) {
  /** Which call. */
  public enum Kind {
    GRANT,
    RENEW,
    REVOKE,
    TIME_TO_LIVE
  }
}
