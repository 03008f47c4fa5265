package io.kelson.server.maintenance;

import io.kelson.api.AlarmRequest;
import io.kelson.api.AlarmRequest.AlarmAction;
import io.kelson.api.AlarmType;
import io.kelson.server.proto.AlarmChange;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Raises NOSPACE for this member before there is none, and takes it back when there is some again.
 *
 * <p>With a quota the store may grow to that. Without one (0) some of the disk stays free: a
 * twentieth of it, but at least 256 MiB and at most 4 GiB, and on small disks no more than a
 * quarter; but as the alarm stops the whole cluster, and the others can do without one member whose
 * disk fills up, it is not raised before so many lack room that they could not. A negative quota
 * switches this off. An alarm goes by itself once the store is below nine tenths of the quota, or a
 * quarter more than what has to stay free is; one that somebody raised by hand stays. {@link #look}
 * is for one thread; the rest is thread-safe.
 */
public final class SpaceWatch {
  private static final long MIN_RESERVE_BYTES = 256L << 20;
  private static final long MAX_RESERVE_BYTES = 4L << 30;
  private static final int LOOKS_PER_RECLAIM = 20;

  /** What there is and what is taken. */
  public interface Space {
    /** What the store takes up. */
    long storeBytes();

    /** What is free on its disk. */
    long freeBytes();

    /** The size of its disk. */
    long diskBytes();
  }

  private final long quotaBytes;
  private final Space space;
  private final MaintenanceStore alarms;
  private final long self;
  private final Consumer<AlarmChange> propose;
  private final Runnable reclaim;
  private final BooleanSupplier canSpareThis;
  private volatile boolean exceeded;
  private volatile boolean lacking;
  private int looksAtAlarm;

  /**
   * @param quotaBytes as {@code --quota-backend-bytes}
   * @param self the member whose space this is
   * @param propose has an alarm changed, and may be asked again if nothing comes of it
   * @param reclaim has space given back that compacted history takes up; returns at once
   * @param canSpareThis whether a majority is left without all members whose disks fill up, this
   *     one among them; asked while this one's does and there is no quota
   */
  public SpaceWatch(
      long quotaBytes,
      Space space,
      MaintenanceStore alarms,
      long self,
      Consumer<AlarmChange> propose,
      Runnable reclaim,
      BooleanSupplier canSpareThis) {
    this.quotaBytes = quotaBytes;
    this.space = space;
    this.alarms = alarms;
    this.self = self;
    this.propose = propose;
    this.reclaim = reclaim;
    this.canSpareThis = canSpareThis;
  }

  /** Whether nothing more should be taken in, whether or not the alarm has been heard of yet. */
  public boolean isExceeded() {
    return exceeded;
  }

  /** Whether this member's room comes to its end, whatever follows from that. */
  public boolean isLacking() {
    return lacking;
  }

  /** How large the store may become; 0 if nothing bounds it. */
  public long limitBytes() {
    if (quotaBytes != 0) {
      return Math.max(0, quotaBytes);
    }
    return Math.max(1, space.storeBytes() + space.freeBytes() - reserveBytes());
  }

  private long reserveBytes() {
    long disk = space.diskBytes();
    long atLeast = Math.min(MIN_RESERVE_BYTES, disk / 4);
    return Math.min(MAX_RESERVE_BYTES, Math.max(atLeast, disk / 20));
  }

  /** Looks how things stand; every second or so. */
  public void look() {
    if (quotaBytes < 0) {
      return;
    }
    Optional<Alarm> alarm = alarms.current().find(self, AlarmType.NOSPACE);
    lacking = isOver() || (lacking || alarm.isPresent()) && !hasRoomAgain();
    boolean matters = lacking && (quotaBytes > 0 || !canSpareThis.getAsBoolean());
    exceeded = matters && isOver();
    if (exceeded && alarm.isEmpty()) {
      propose.accept(change(AlarmAction.ACTIVATE));
    }
    if (alarm.isPresent() && alarm.get().automatic()) {
      if (!matters) {
        propose.accept(change(AlarmAction.DEACTIVATE));
      } else {
        maybeReclaim();
      }
    } else {
      looksAtAlarm = 0;
    }
  }

  /** Now and then only: it reads and writes what is left of the history. */
  private void maybeReclaim() {
    if (looksAtAlarm++ % LOOKS_PER_RECLAIM == 0) {
      reclaim.run();
    }
  }

  private boolean isOver() {
    return quotaBytes > 0 ? space.storeBytes() >= quotaBytes : space.freeBytes() < reserveBytes();
  }

  private boolean hasRoomAgain() {
    return quotaBytes > 0
        ? space.storeBytes() < quotaBytes / 10 * 9
        : space.freeBytes() > reserveBytes() / 4 * 5;
  }

  private AlarmChange change(AlarmAction action) {
    return AlarmChange.newBuilder()
        .setRequest(
            AlarmRequest.newBuilder()
                .setAction(action)
                .setMemberID(self)
                .setAlarm(AlarmType.NOSPACE))
        .setAutomatic(true)
        .build();
  }
}
