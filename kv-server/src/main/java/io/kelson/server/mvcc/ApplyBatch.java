package io.kelson.server.mvcc;

import io.kelson.raft.core.LogPosition;
import io.kelson.server.proto.MemberAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A group of log entries on their way into the store.
 *
 * <p>Later entries see what earlier ones did; readers see nothing before {@link #commit()}, and
 * then all of it. The effects and the position of the last entry reach the database in one write.
 * (If a transaction reads an old revision, what went before it is written first, with its own
 * position: that is a group cut in two.) Apply thread only; closed in any case.
 */
public final class ApplyBatch implements AutoCloseable {
  private final MvccStore store;
  private final Database database;
  private final Fences fences;
  private final BatchBytes writes;
  private final ChangeRows rows;
  private final Overlay overlay;
  private final Function<KeyRange, Cursor> walk;
  private final LeaseOverlay leases;
  private final EventMaker eventMaker = new EventMaker();
  private final List<RevisionEvents> events = new ArrayList<>();
  private LogPosition applied;
  private long revision;
  private long compactRevision;
  private SortedMap<Long, MemberAttributes> changedMembers;
  private byte[] changedConfig;

  ApplyBatch(MvccStore store, Database database, Fences fences) {
    this.store = store;
    this.database = database;
    this.fences = fences;
    this.writes = database.emptyBatch();
    this.rows = new ChangeRows(database, writes);
    this.overlay = new Overlay(database);
    this.walk = overlay::cursor;
    this.leases = new LeaseOverlay(database, writes);
    this.applied = store.applied();
    this.revision = store.currentRevision();
    this.compactRevision = store.compactRevision();
  }

  /** Begins a transaction; the one before must have been committed. */
  public WriteTxn beginTxn() {
    return new WriteTxn(this, overlay, leases, revision);
  }

  /** Revision after the transactions committed so far. */
  public long revision() {
    return revision;
  }

  /** Oldest revision that can still be read, 0 or less if nothing was compacted. */
  public long compactRevision() {
    return compactRevision;
  }

  /**
   * Gives up the history before a revision.
   *
   * @throws CompactedException if that has been done already
   * @throws FutureRevisionException if the revision has not happened yet
   */
  public void compact(long newCompactRevision) {
    if (newCompactRevision <= compactRevision) {
      throw new CompactedException(compactRevision);
    }
    if (newCompactRevision > revision) {
      throw new FutureRevisionException(newCompactRevision, revision);
    }
    compactRevision = newCompactRevision;
  }

  /** Remembers what a member says of itself. */
  public void putMember(MemberAttributes attributes) {
    if (changedMembers == null) {
      changedMembers = new TreeMap<>(store.memberAttributes());
    }
    changedMembers.put(attributes.getMemberId(), attributes);
    writes.put(database.meta(), Layout.memberKey(attributes.getMemberId()), attributes);
  }

  /** Remembers the data of a configuration entry, so that a snapshot can tell it. */
  public void putConfig(byte[] config) {
    changedConfig = config;
    writes.put(database.meta(), Layout.CONFIG, config);
  }

  /** The leases as of the entries applied so far. */
  public LeaseOverlay leases() {
    return leases;
  }

  /** Rows of other packages, written with this group. */
  public MetaRows rows() {
    return new MetaRows(database, writes);
  }

  /** Says that everything up to this entry is in the batch. */
  public void appliedTo(LogPosition position) {
    if (position.index() != applied.index() + 1 || position.term() < applied.term()) {
      throw new IllegalStateException(
          "entry " + position + " applied after " + applied + ": the log has a gap or a fork");
    }
    applied = position;
  }

  /**
   * Writes the group and shows it to readers.
   *
   * @return what changed, ascending by revision
   * @throws StoreException if the database cannot be written; the node must stop
   */
  public List<RevisionEvents> commit() {
    write();
    store.publish(
        applied, revision, compactRevision, leases.changed(), changedMembers, changedConfig);
    return List.copyOf(events);
  }

  /** A source for an old revision, everything before the transaction under way being written. */
  Source settledAt(long wanted) {
    if (!writes.isEmpty()) {
      write();
      overlay.written();
      leases.written();
    }
    return new HistorySource(database, database.plainReads(), wanted);
  }

  private void write() {
    fences.drainTo(writes, database);
    writes.put(database.meta(), Layout.APPLIED, Layout.encodePosition(applied));
    writes.put(database.meta(), Layout.REVISION, Layout.encodeLong(revision));
    writes.put(database.meta(), Layout.COMPACT, Layout.encodeLong(compactRevision));
    database.write(writes);
    overlay.remember(writes);
    writes.clear();
  }

  /** Adds the changes of one transaction, all of one main revision. */
  void add(long main, List<Overlay.Change> changes) {
    // Not with an iterator: nearly always there is one change, and a group has many of these lists.
    for (int sub = 0; sub < changes.size(); sub++) {
      Overlay.Change change = changes.get(sub);
      rows.event(main, sub, change);
      if (!change.overtaken) {
        supersede(main, change);
      }
    }
    fences.balance(walk);
    revision = main;
    events.add(eventMaker.events(main, changes));
  }

  /** Replaces the state of a key before the transaction by that after it. */
  private void supersede(long main, Overlay.Change change) {
    boolean existed = change.before != null;
    if (existed) {
      rows.superseded(change);
    }
    if (change.after != null) {
      rows.current(change);
      if (!existed) {
        fences.created(change.key);
      }
    } else if (existed) {
      rows.deleted(main, change);
      fences.removed(change.key);
    }
    leases.move(change.key, change.before, change.after);
  }

  @Override
  public void close() {
    store.batchClosed();
  }
}
