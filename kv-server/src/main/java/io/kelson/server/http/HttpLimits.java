package io.kelson.server.http;

import java.time.Duration;

/**
 * What one HTTP connection may take up.
 *
 * @param maxBodyBytes of one request, or of one message of a stream. Too small: large values cannot
 *     be put; too large: each connection may hold so much
 * @param maxHeaderBytes of one request
 * @param maxPipelined requests sent ahead; a client with more waiting is disconnected
 * @param idle how long a connection may be silent between requests. Too short: clients connect
 *     anew; too long: forgotten connections pile up
 * @param body how long a request may take to arrive, and how long an answer may wait for a client
 *     that takes nothing of it
 */
public record HttpLimits(
    int maxBodyBytes, int maxHeaderBytes, int maxPipelined, Duration idle, Duration body) {
  private static final int MAX_MESSAGE_OVERHEAD_BYTES = 512 << 10;

  /**
   * What suits a server that takes requests so large: base64 makes bytes a third longer, and JSON
   * adds names to them.
   */
  public static HttpLimits forRequests(int maxRequestBytes, int maxHeaderBytes) {
    return new HttpLimits(
        2 * (maxRequestBytes + MAX_MESSAGE_OVERHEAD_BYTES),
        maxHeaderBytes,
        64,
        Duration.ofMinutes(2),
        Duration.ofMinutes(1));
  }
}
