package io.kelson.chaos;

/**
 * One put as its client saw it. Every put writes a key and a value that no other put writes.
 *
 * @param client which client
 * @param key the key
 * @param value the value
 * @param outcome what the client may conclude
 * @param revision the revision of the acknowledgement; 0 unless acknowledged
 * @param member the member that was asked
 * @param startNanos just before the request left, by this JVM's monotonic clock
 * @param endNanos just after the answer came, by the same clock
 * @param error the error's code and text; empty if acknowledged
 */
public record PutRecord(
    int client,
    String key,
    String value,
    Outcome outcome,
    long revision,
    String member,
    long startNanos,
    long endNanos,
    String error) {

  /** What a client may conclude from the answer. */
  public enum Outcome {
    /** Done, at the revision. */
    ACKED,
    /** Refused before it was proposed: never done, now or later. */
    REJECTED,
    /** Done, not done, or done later: the answer was lost or never came. */
    UNKNOWN
  }

  /** Whether it was acknowledged. */
  public boolean acked() {
    return outcome == Outcome.ACKED;
  }
}
