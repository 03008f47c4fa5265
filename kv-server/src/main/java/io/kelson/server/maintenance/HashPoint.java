package io.kelson.server.maintenance;

/**
 * As of when a checksum of the store is taken. Two members' checksums can be compared if they are
 * of the same point.
 *
 * @param revision up to which revision
 * @param compactRevision from which revision on
 */
public record HashPoint(long revision, long compactRevision) {}
