package io.kelson.server.http;

/** The text that {@code GET /metrics} answers with. Thread-safe. */
public interface MetricsPage {
  /**
   * Which format the page is in.
   *
   * @param accept the request's {@code Accept} header, or the empty string
   */
  String contentType(String accept);

  /**
   * The page. Called on a thread that may be kept busy for a moment but not blocked.
   *
   * @param accept as in {@link #contentType}
   */
  byte[] body(String accept);
}
