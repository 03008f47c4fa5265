package io.kelson.server.mvcc;

/**
 * Writes the rows of changes, straight into the batch: at several rows for each put, an array for
 * every key and value on the way would be most of what applying it allocates.
 */
final class ChangeRows {
  private final Database database;
  private final BatchBytes writes;

  ChangeRows(Database database, BatchBytes writes) {
    this.database = database;
    this.writes = writes;
  }

  /** That a key changed at a revision, as the so-manieth change of it. */
  void event(long main, int sub, Overlay.Change change) {
    EventRecord record = record(change);
    writes.reserve(database.rev(), Layout.REV_KEY_BYTES, record.encodedBytes());
    Layout.writeRevKey(main, sub, writes.array(), writes.keyAt());
    record.encode(writes.array(), writes.valueAt());
  }

  private static EventRecord record(Overlay.Change change) {
    long previous = change.before == null ? 0 : change.before.getModRevision();
    boolean delete = change.after == null;
    return new EventRecord(
        change.key, delete, previous, change.overtaken && !delete ? change.after : null);
  }

  /** The pair from before the transaction becomes history. */
  void superseded(Overlay.Change change) {
    byte[] encoded = change.encodedBefore;
    int length = encoded == null ? change.before.getSerializedSize() : encoded.length;
    reserveHist(change.slot.key, change.before.getModRevision(), length);
    if (encoded == null) {
      writes.setValue(change.before);
    } else {
      System.arraycopy(encoded, 0, writes.array(), writes.valueAt(), length);
    }
  }

  /** The pair that the transaction wrote. */
  void current(Overlay.Change change) {
    writes.put(database.cur(), change.slot.key, change.after);
    change.slot.writtenAt = writes.valueAt();
  }

  /** A key that was there is gone. */
  void deleted(long main, Overlay.Change change) {
    writes.delete(database.cur(), change.slot.key);
    reserveHist(change.slot.key, main, 0);
  }

  private void reserveHist(byte[] key, long main, int valueLength) {
    writes.reserve(database.hist(), Layout.histKeyBytes(key), valueLength);
    Layout.writeHistKey(key, main, writes.array(), writes.keyAt());
  }
}
