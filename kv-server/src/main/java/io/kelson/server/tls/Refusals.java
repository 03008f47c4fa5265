package io.kelson.server.tls;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs connections that were turned away: one line a second at most is a warning, so that nobody
 * can fill the log by knocking; the others are counted, and there at level debug. Thread-safe.
 */
final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The JDK's words; a client whose certificate no authority on our list has issued shows none. */
  private static final String NO_CERTIFICATE = "Empty client certificate chain";

  private static final int MAX_CHARS = 300;

  private final String port;
  private final LongSupplier nanoTime;
  private final AtomicLong nextNanos;
  private final AtomicLong silent = new AtomicLong();

  /**
   * @param port which port it is, in etcd's words
   */
  Refusals(String port, LongSupplier nanoTime) {
    this.port = port;
    this.nanoTime = nanoTime;
    this.nextNanos = new AtomicLong(nanoTime.getAsLong());
  }

  void refused(SocketAddress remote, String reason) {
    long now = nanoTime.getAsLong();
    long next = nextNanos.get();
    if (now - next < 0 || !nextNanos.compareAndSet(next, now + PAUSE_NANOS)) {
      silent.incrementAndGet();
      LOG.debug("rejected connection on {} endpoint from {}: {}", port, remote, reason);
      return;
    }
    long others = silent.getAndSet(0);
    LOG.warn(
        "rejected connection on {} endpoint from {}: {}{}",
        port,
        remote,
        reason,
        others == 0 ? "" : " (and " + others + " more before)");
  }

  /**
   * Why a handshake failed, in one line. What the other side sent is not repeated: it may be a
   * password of somebody who forgot about TLS.
   */
  static String reason(Throwable problem) {
    Throwable cause = problem;
    if (cause instanceof DecoderException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof NotSslRecordException) {
      return "the other side does not speak TLS";
    }
    if (cause instanceof ClosedChannelException) {
      return "the other side closed the connection during the TLS handshake";
    }
    String text = cause.toString();
    for (Throwable at = cause; at != null; at = at.getCause()) {
      text = at.getMessage() == null ? text : at.getMessage();
    }
    if (text.equals(NO_CERTIFICATE)) {
      return "it showed no certificate of an authority that is trusted here";
    }
    String printable = text.replaceAll("\\p{Cntrl}+", " ");
    return "TLS handshake failed: "
        + (printable.length() > MAX_CHARS ? printable.substring(0, MAX_CHARS) : printable);
  }
}
