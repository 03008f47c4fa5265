/**
 * The store: keys, their versions over time, and the events between them, over RocksDB.
 *
 * <p>Start with {@link io.kelson.server.mvcc.MvccStore}. Writing goes {@code newBatch()} (a group
 * of log entries), {@code beginTxn()} (one main revision), {@code commit()} twice; inside, an
 * {@link io.kelson.server.mvcc.Overlay} shows later entries what earlier ones did. Reading goes
 * through {@link io.kelson.server.mvcc.StoreView}, one RocksDB snapshot shared by all readers
 * between two groups. {@link io.kelson.server.mvcc.RangeReader} evaluates range requests on a
 * {@link io.kelson.server.mvcc.Source}: the newest state, an old revision, or the overlay.
 *
 * <p>Where things lie: {@code cur} has the newest pair of each key, {@code hist} the superseded
 * ones, {@code rev} the events, which point into the other two, {@code fence} counts. See {@code
 * docs/DISK-FORMAT-STORE.md}. RocksDB was chosen over an index in memory so that neither memory nor
 * start-up time grows with the number of keys.
 */
package io.kelson.server.mvcc;
