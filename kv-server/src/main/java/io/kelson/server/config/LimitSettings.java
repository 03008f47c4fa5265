package io.kelson.server.config;

import java.time.Duration;

/**
 * What one client may take up.
 *
 * @param maxConcurrentStreams calls under way on one connection. Too small: busy clients wait; too
 *     large: one client fills the server
 * @param maxConnectionsPerAddress connections of one address to the client port; 0: no bound. Too
 *     small: many clients behind one address are turned away; too large: one host takes all files
 * @param handshakeTimeout how long a connection may take until it speaks; what is slower is closed
 * @param maxHeaderBytes metadata of one call, in bytes; a call with more is refused
 * @param keepAliveMinTime clients that ping more often are disconnected
 * @param keepAliveInterval how often a silent client is pinged
 * @param keepAliveTimeout how long it has to answer
 * @param maxLoginsPerSecond password checks begun in a second; more are refused. Each costs a
 *     processor some 50 ms
 * @param maxWatchQueueBytes events that may wait for one watch stream; one that is slower falls
 *     back to reading history
 * @param watchProgressInterval how often watchers that asked are told how far they are
 */
public record LimitSettings(
    int maxConcurrentStreams,
    int maxConnectionsPerAddress,
    Duration handshakeTimeout,
    int maxHeaderBytes,
    Duration keepAliveMinTime,
    Duration keepAliveInterval,
    Duration keepAliveTimeout,
    int maxLoginsPerSecond,
    int maxWatchQueueBytes,
    Duration watchProgressInterval) {
  /** Room for thousands of honest clients. */
  public static final LimitSettings DEFAULT =
      new LimitSettings(
          100_000,
          10_000,
          Duration.ofSeconds(20),
          64 << 10,
          Duration.ofSeconds(1),
          Duration.ofHours(2),
          Duration.ofSeconds(20),
          50,
          4 << 20,
          Duration.ofMinutes(10));
}
