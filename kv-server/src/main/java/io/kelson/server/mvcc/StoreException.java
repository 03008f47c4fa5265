package io.kelson.server.mvcc;

/**
 * The store's files cannot be read or written, or are not what they should be. The message names
 * the directory and the remedy; after one of these from a write the node must stop.
 */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong and what to do about it. */
  public StoreException(String message) {
    super(message);
  }

  /** What is wrong, and the failure below. */
  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
