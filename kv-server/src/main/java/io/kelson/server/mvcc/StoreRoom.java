package io.kelson.server.mvcc;

import io.kelson.raft.runtime.StoppedWaitingException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether the disk below a store has room, and where whoever writes waits until it has.
 *
 * <p>RocksDB turns a write down before any of it has taken effect once a flush has found no room,
 * and goes on by itself when there is some again. So the same batch is simply written again until
 * it is taken. Thread-safe.
 */
public final class StoreRoom {
  /** How often a write is tried again; RocksDB itself looks every second or so. */
  private static final long RETRY_MILLIS = 500;

  private static final long STALL_MILLIS = 5;

  /** Hears of the disk, on the thread that writes or reads: must return at once. */
  public interface Listener {
    /** Hears nothing. */
    Listener NONE =
        new Listener() {
          @Override
          public void full(Path directory, String cause) {}

          @Override
          public void room(Path directory) {}
        };

    /**
     * Nothing can be written for want of space. Called once, until {@link #room}.
     *
     * @param directory whose disk is full
     * @param cause what the store said
     */
    void full(Path directory, String cause);

    /** Writing works again after {@link #full}. */
    void room(Path directory);

    /**
     * Something could not be read: the disk says so, or what it gives back is not what was written.
     * Called by whoever reads, once, before the error reaches it.
     */
    default void damaged(StoreException cause) {}
  }

  private final Listener listener;
  private final AtomicBoolean damaged = new AtomicBoolean();
  private volatile boolean full;
  private boolean impatient;

  /** A disk that has room, as far as is known. */
  public StoreRoom(Listener listener) {
    this.listener = listener;
  }

  /**
   * Waits until it is worth trying again.
   *
   * @throws StoppedWaitingException if nobody wants to wait any more
   */
  synchronized void lacking(Path directory, String cause) {
    if (!full) {
      full = true;
      listener.full(directory, cause);
    }
    pause(RETRY_MILLIS);
  }

  /** Waits a moment for the store to catch up with its own flushes and merges. */
  synchronized void stalled() {
    pause(STALL_MILLIS);
  }

  private void pause(long millis) {
    try {
      if (!impatient) {
        wait(millis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppedWaitingException("interrupted while waiting for room on the store's disk");
    }
    if (impatient) {
      throw new StoppedWaitingException("stopping while the store's disk has no room");
    }
  }

  /** A write was taken. */
  void taken(Path directory) {
    if (full) {
      synchronized (this) {
        full = false;
      }
      listener.room(directory);
    }
  }

  /** Something could not be read. */
  void damaged(StoreException cause) {
    if (damaged.compareAndSet(false, true)) {
      listener.damaged(cause);
    }
  }

  /** From now on nobody waits: a write that would have to fails. Never blocks. */
  public synchronized void stopWaiting() {
    impatient = true;
    notifyAll();
  }
}
