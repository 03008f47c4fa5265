package io.kelson.server.maintenance;

import io.kelson.server.mvcc.CompactedException;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.StoreView;
import io.kelson.server.proto.StoreHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.BooleanSupplier;

/**
 * The checksums this member has taken of its store: one after every compaction, as of the revision
 * compacted to, and one for every request in the log.
 *
 * <p>Taking one reads everything the store holds. {@link #look} does that on the thread that calls
 * it; everything else is thread-safe and returns at once.
 */
public final class StoreHashes {
  /** Others ask every minute; nobody compacts more often than this in that time and cares. */
  private static final int KEPT = 16;

  private static final int MAX_WAITING = 16;

  /**
   * For so many looks what compacted history leaves behind may go first. Two minutes, with two
   * looks a second: members that wait in vain do so from the same compaction on, and so take
   * checksums of the same point, unless another compaction falls between the looks of two of them.
   */
  static final int MAX_POSTPONED = 240;

  private final MvccStore store;
  private final BooleanSupplier afterCompactions;
  private final BlockingQueue<HashPoint> wanted = new ArrayBlockingQueue<>(MAX_WAITING);

  /** Oldest first; guarded by itself. */
  private final Deque<StoreHash> taken = new ArrayDeque<>();

  private long compactionSeen;

  private int postponed;

  /**
   * @param afterCompactions whether one is to be taken after compactions
   */
  public StoreHashes(MvccStore store, BooleanSupplier afterCompactions) {
    this.store = store;
    this.afterCompactions = afterCompactions;
  }

  /** One more is wanted; too many that wait are forgotten, and count as unknown. */
  public void want(HashPoint point) {
    wanted.offer(point);
  }

  /**
   * Takes what is due. One thread only, twice a second; takes many times as long as reading the
   * whole store does, resting in between.
   *
   * <p>The checksum after a compaction is due when the history before it is out of the database:
   * until then there is more to read, and two things at once that are in no hurry.
   */
  public void look() {
    for (HashPoint point = wanted.poll(); point != null; point = wanted.poll()) {
      take(point, new Leisure());
    }
    long compacted = store.compactRevision();
    if (afterCompactions.getAsBoolean() && compacted > 0 && compacted != compactionSeen) {
      if (store.isPurging() && ++postponed <= MAX_POSTPONED) {
        return;
      }
      postponed = 0;
      compactionSeen = compacted;
      take(new HashPoint(compacted, compacted), new Leisure());
    }
  }

  /**
   * The checksum of that point, taken now.
   *
   * @return empty if more has been compacted meanwhile
   */
  public Optional<StoreHash> take(HashPoint point) {
    return take(point, () -> {});
  }

  private Optional<StoreHash> take(HashPoint point, Runnable rest) {
    Optional<StoreHash> known = find(point);
    if (known.isPresent()) {
      return known;
    }
    StoreHash hash;
    try (StoreView view = store.acquireView()) {
      if (view.compactRevision() != point.compactRevision()) {
        return Optional.empty();
      }
      hash =
          StoreHash.newBuilder()
              .setRevision(point.revision())
              .setCompactRevision(point.compactRevision())
              .setHash((int) view.hashKv(point.revision(), rest))
              .build();
    } catch (CompactedException e) {
      return Optional.empty();
    }
    synchronized (taken) {
      taken.addLast(hash);
      if (taken.size() > KEPT) {
        taken.removeFirst();
      }
    }
    return Optional.of(hash);
  }

  private Optional<StoreHash> find(HashPoint point) {
    return all().stream().filter(hash -> point(hash).equals(point)).findFirst();
  }

  /** Those that are kept, oldest first. */
  public List<StoreHash> all() {
    synchronized (taken) {
      return new ArrayList<>(taken);
    }
  }

  /** As of when that was taken. */
  public static HashPoint point(StoreHash hash) {
    return new HashPoint(hash.getRevision(), hash.getCompactRevision());
  }
}
