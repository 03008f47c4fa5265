package io.kelson.chaos.cluster;

/**
 * How bytes travel from one member to another, in that direction.
 *
 * @param delayMillis how long each chunk of bytes is held, at least
 * @param jitterMillis how much longer at most, drawn from the run's seed; order is kept
 * @param bytesPerSecond how many may pass, 0 for no limit
 * @param blocked nothing passes and nothing is lost: connections stay open and silent, as behind a
 *     firewall that drops packets
 * @param resetChance of each chunk, between 0 and 1: the connection it is on is reset instead
 * @param halfCloseChance of each chunk, between 0 and 1: instead of it the receiver sees the end of
 *     that direction, whose sender is not told and speaks into the void; the other direction goes
 *     on
 */
public record LinkRule(
    int delayMillis,
    int jitterMillis,
    long bytesPerSecond,
    boolean blocked,
    double resetChance,
    double halfCloseChance) {
  /** As without a proxy. */
  public static final LinkRule OPEN = new LinkRule(0, 0, 0, false, 0);

  /** Silence. */
  public static final LinkRule BLOCKED = new LinkRule(0, 0, 0, true, 0);

  /** One that closes nothing by half. */
  public LinkRule(
      int delayMillis, int jitterMillis, long bytesPerSecond, boolean blocked, double resetChance) {
    this(delayMillis, jitterMillis, bytesPerSecond, blocked, resetChance, 0);
  }
}
