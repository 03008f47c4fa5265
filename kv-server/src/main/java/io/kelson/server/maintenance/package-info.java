/**
 * What keeps a cluster healthy beside serving it: alarms and the space quota, compaction by itself,
 * and the comparison of what members hold.
 *
 * <p>Decides only; the doors and the embedding server hand in clocks, threads and the way into the
 * log.
 */
package io.kelson.server.maintenance;
