package io.kelson.raft.progress;

/**
 * The append requests under way to one follower, oldest first, bounded in number and bytes.
 *
 * <p>A ring that grows up to the bound, since most followers never have many under way. Not
 * thread-safe.
 */
public final class Inflights {
  private final int maxMessages;
  private final long maxBytes;
  private long[] lastIndexes = new long[8];
  private int[] sizes = new int[8];
  private int head;
  private int count;
  private long bytes;

  /**
   * An empty window.
   *
   * @param maxMessages requests that may be under way, at least 1
   * @param maxBytes bytes at which the window counts as full, at least 1; the request that crosses
   *     the line is still let through, so that one larger than the window can be sent at all
   */
  public Inflights(int maxMessages, long maxBytes) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  /** Whether nothing more may be sent before something is acknowledged. */
  public boolean isFull() {
    return count >= maxMessages || bytes >= maxBytes;
  }

  /** Requests under way. */
  public int count() {
    return count;
  }

  /** Bytes under way. */
  public long bytes() {
    return bytes;
  }

  /** Notes a request whose last entry has this index. Indexes only grow. */
  public void add(long lastIndex, int sizeBytes) {
    if (isFull()) {
      throw new IllegalStateException(
          "a window of " + count + " requests and " + bytes + " bytes takes no more");
    }
    if (count == sizes.length) {
      grow();
    }
    int at = (head + count) & (sizes.length - 1);
    lastIndexes[at] = lastIndex;
    sizes[at] = sizeBytes;
    count++;
    bytes += sizeBytes;
  }

  /** Forgets every request whose last entry has this or a smaller index. */
  public void freeTo(long index) {
    while (count > 0 && lastIndexes[head] <= index) {
      bytes -= sizes[head];
      head = (head + 1) & (sizes.length - 1);
      count--;
    }
  }

  /** Forgets everything. */
  public void clear() {
    head = 0;
    count = 0;
    bytes = 0;
  }

  private void grow() {
    long[] indexes = new long[sizes.length * 2];
    int[] larger = new int[sizes.length * 2];
    for (int i = 0; i < count; i++) {
      int at = (head + i) & (sizes.length - 1);
      indexes[i] = lastIndexes[at];
      larger[i] = sizes[at];
    }
    lastIndexes = indexes;
    sizes = larger;
    head = 0;
  }
}
