package io.kelson.raft.snapshot;

import java.io.IOException;

/** A transfer of a snapshot came to nothing; {@link #reason()} says what may be concluded. */
public final class SnapshotException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Why a transfer ended. The number is what travels. */
  public enum Reason {
    /** The connection broke or could not be made; a later attempt goes on where this one ended. */
    DISCONNECTED(1, true),
    /** The other side said nothing for too long. */
    TIMED_OUT(2, true),
    /** A chunk's checksum was wrong. What was received before it is kept. */
    CORRUPT_CHUNK(3, true),
    /** A file's checksum was wrong although its chunks' were right. The file is begun anew. */
    CORRUPT_FILE(4, true),
    /** The two members do not belong together, or the receiver takes no snapshots. */
    REFUSED(5, false),
    /** The receiver has no use for the position any more. */
    STALE(6, false),
    /** Another snapshot, as new or newer, took this one's place. */
    SUPERSEDED(7, false),
    /** The receiver's disk has no room. Nothing was installed. */
    DISK_FULL(8, false),
    /** A disk failed, or what was received is no store that this member can use. */
    FAILED(9, false),
    /** Somebody called it off. */
    ABORTED(10, false),
    /** The other side does not keep to the protocol. */
    PROTOCOL(11, false);

    private final int number;
    private final boolean worthRetrying;

    Reason(int number, boolean worthRetrying) {
      this.number = number;
      this.worthRetrying = worthRetrying;
    }

    /** The number that travels. */
    public int number() {
      return number;
    }

    /** Whether the same snapshot may well get through on another connection. */
    public boolean worthRetrying() {
      return worthRetrying;
    }

    /** The reason behind a number; {@link #FAILED} for those of later versions. */
    static Reason of(int number) {
      for (Reason reason : values()) {
        if (reason.number == number) {
          return reason;
        }
      }
      return FAILED;
    }
  }

  private final Reason reason;

  /** What happened, and what it is called. */
  public SnapshotException(Reason reason, String message) {
    this(reason, message, null);
  }

  /** What happened, what it is called, and the failure below. */
  public SnapshotException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What it is called. */
  public Reason reason() {
    return reason;
  }

  /** Gives a failure of a disk its name. */
  static SnapshotException of(IOException e, String doing) {
    if (e instanceof SnapshotException named) {
      return named;
    }
    String text = String.valueOf(e.getMessage());
    // The JDK has no class for these; the texts are those of Linux.
    boolean full = text.contains("No space left") || text.contains("quota exceeded");
    return new SnapshotException(
        full ? Reason.DISK_FULL : Reason.FAILED,
        doing + (full ? ": the disk is full; make room: " : ": ") + e,
        e);
  }
}
