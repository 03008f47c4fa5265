package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.RangeRequest;
import io.kelson.api.mvcc.KeyValue;
import java.util.ArrayList;
import java.util.List;

/**
 * One write transaction of the store: changes that share a main revision.
 *
 * <p>Reads see the transaction's own writes. {@link #revision()} is the revision before it as long
 * as nothing has changed, and one more from the first change on; a transaction that changes nothing
 * leaves the revision alone. It cannot be undone: check first, then write. Apply thread only; ends
 * with {@link #commit()}.
 */
public final class WriteTxn implements ReadView {
  private final ApplyBatch batch;
  private final Overlay overlay;
  private final LeaseOverlay leases;
  private final long before;
  private final List<Overlay.Change> changes = new ArrayList<>(1);

  WriteTxn(ApplyBatch batch, Overlay overlay, LeaseOverlay leases, long before) {
    this.batch = batch;
    this.overlay = overlay;
    this.leases = leases;
    this.before = before;
  }

  @Override
  public long revision() {
    return changes.isEmpty() ? before : before + 1;
  }

  @Override
  public long compactRevision() {
    return batch.compactRevision();
  }

  @Override
  public KeyValue get(ByteString key) {
    return overlay.get(key);
  }

  @Override
  public RangeResult range(RangeRequest request) {
    long wanted = request.getRevision();
    StoreView.requireReadable(wanted, revision(), compactRevision());
    boolean newest = wanted <= 0 || wanted == revision();
    return RangeReader.read(request, newest ? overlay : batch.settledAt(wanted));
  }

  /** Whether there is a lease of that id. */
  public boolean hasLease(long id) {
    return leases.get(id) != null;
  }

  /**
   * Writes a key.
   *
   * @param lease the lease it is attached to, which must exist; 0 for none
   * @return the pair it had just before, or null
   */
  public KeyValue put(ByteString key, ByteString value, long lease) {
    Overlay.Slot slot = overlay.slot(key);
    KeyValue previous = slot.pair;
    KeyValue pair = overlay.pairs().next(previous, key, value, lease, before + 1);
    change(key, slot, pair);
    return previous;
  }

  /**
   * Deletes every key in a range.
   *
   * @return the pairs they had just before, in key order
   */
  public List<KeyValue> delete(KeyRange range) {
    List<KeyValue> deleted = new ArrayList<>();
    if (range.single()) {
      KeyValue pair = overlay.get(range.lo());
      if (pair != null) {
        deleted.add(pair);
      }
    } else if (!range.isEmpty()) {
      try (Cursor cursor = overlay.cursor(range)) {
        for (KeyValue pair = cursor.next(); pair != null; pair = cursor.next()) {
          deleted.add(pair);
        }
      }
    }
    for (KeyValue pair : deleted) {
      change(pair.getKey(), overlay.slot(pair.getKey()), null);
    }
    return deleted;
  }

  private void change(ByteString key, Overlay.Slot slot, KeyValue after) {
    Overlay.Change earlier = slot.change;
    Overlay.Change change;
    if (earlier == null) {
      change = new Overlay.Change(key, slot, after, slot.pair, slot.encoded);
    } else {
      earlier.overtaken = true;
      change = new Overlay.Change(key, slot, after, earlier.before, earlier.encodedBefore);
    }
    slot.pair = after;
    slot.encoded = null;
    slot.change = change;
    changes.add(change);
  }

  /**
   * Ends the transaction; later ones of the batch see its changes.
   *
   * @return the revision after it
   */
  public long commit() {
    if (!changes.isEmpty()) {
      batch.add(before + 1, changes);
      for (int i = 0; i < changes.size(); i++) {
        changes.get(i).slot.change = null;
      }
    }
    return revision();
  }
}
