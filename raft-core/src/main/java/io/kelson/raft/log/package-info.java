/**
 * The write-ahead log: the only thing in the system that has to be on stable storage.
 *
 * <p>{@link io.kelson.raft.log.SegmentedLog} is a sequence of segment files that hold entries and
 * hard state in one stream of checksummed frames; {@link io.kelson.raft.log.LogWriter} is the
 * thread that feeds it, one sync for whatever queued up during the last one. Files are reached
 * through {@link io.kelson.raft.log.LogDirectory}, so that a test or a simulator can hand in a disk
 * that loses power.
 *
 * <p>Where to start reading: {@code Format} for the bytes, {@code Appender} for how they are
 * written, {@code Recovery} for how they are judged after a crash. The format is described byte by
 * byte in {@code docs/DISK-FORMAT.md}.
 */
package io.kelson.raft.log;
