package io.kelson.client;

import io.grpc.Status;
import io.kelson.api.EtcdError;
import java.util.concurrent.CompletionException;

/** Statuses to exceptions. */
final class Errors {
  /** What etcd's own client says when time is up; scripts look for it. */
  static final String OUT_OF_TIME = "context deadline exceeded";

  private Errors() {}

  /** The exception for a request of which nothing happened. */
  static EtcdException of(Status status) {
    String text = text(status);
    EtcdError error = EtcdError.ofText(text);
    if (error == EtcdError.COMPACTED) {
      return new CompactedException(text, 0, null, status.getCause());
    }
    if (error == EtcdError.FUTURE_REVISION) {
      return new FutureRevisionException(text, status.getCause());
    }
    return new EtcdException(code(status), text, status.getCause());
  }

  /** The exception that a future of this client failed with. */
  static EtcdException of(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof EtcdException etcd
        ? etcd
        : new EtcdException(ErrorCode.UNKNOWN, String.valueOf(cause.getMessage()), cause);
  }

  static OutcomeUnknownException outcomeUnknown(Status status) {
    return new OutcomeUnknownException(code(status), text(status), status.getCause());
  }

  /**
   * Time ran out before any endpoint would take the request; {@code last} is what the last said.
   */
  static EtcdException outOfTime(Status last) {
    String tls = last == null ? "" : TlsProblem.of(last);
    return new EtcdException(
        ErrorCode.DEADLINE_EXCEEDED,
        tls.isEmpty() ? OUT_OF_TIME : OUT_OF_TIME + ": " + tls,
        last == null ? null : last.asRuntimeException());
  }

  static ErrorCode code(Status status) {
    // The names are gRPC's, one for one.
    return ErrorCode.valueOf(status.getCode().name());
  }

  private static String text(Status status) {
    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
      return OUT_OF_TIME;
    }
    if (TlsProblem.isPlainAtTls(status)) {
      return TlsProblem.of(status);
    }
    String text = status.getDescription();
    if (text == null || text.isEmpty()) {
      return status.getCode().name();
    }
    return text;
  }
}
