package io.kelson.client;

/**
 * A snapshot that came in whole.
 *
 * @param version the server's storage version; empty from servers older than 3.6
 * @param totalBytes what was taken, the 32 bytes of the checksum included
 */
public record SnapshotInfo(String version, long totalBytes) {}
