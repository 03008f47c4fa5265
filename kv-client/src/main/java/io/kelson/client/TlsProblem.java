package io.kelson.client;

import io.grpc.Status;
import io.netty.handler.ssl.NotSslRecordException;
import javax.net.ssl.SSLException;

/** Puts into words what TLS had against a connection. */
final class TlsProblem {
  private static final String PLAIN_AT_TLS = "this port speaks TLS";

  private TlsProblem() {}

  /** Whether a port with TLS was spoken to without. */
  static boolean isPlainAtTls(Status status) {
    String said = status.getDescription();
    return said != null && said.contains(PLAIN_AT_TLS);
  }

  /** What is wrong and what to do; empty if TLS has nothing to do with it. */
  static String of(Status status) {
    if (isPlainAtTls(status)) {
      return "the server speaks TLS; use an https:// endpoint";
    }
    Throwable tls = null;
    for (Throwable at = status.getCause(); at != null; at = at.getCause()) {
      if (at instanceof NotSslRecordException) {
        return "the server does not speak TLS; use an http:// endpoint";
      }
      tls = at instanceof SSLException || tls != null ? at : null;
    }
    return tls == null ? "" : "TLS: " + (tls.getMessage() == null ? tls : tls.getMessage());
  }
}
