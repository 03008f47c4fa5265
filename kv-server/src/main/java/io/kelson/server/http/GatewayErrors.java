package io.kelson.server.http;

import io.grpc.Status;
import io.netty.handler.codec.http.HttpResponseStatus;

/** How the gateway tells errors: grpc-gateway's bodies and its table of HTTP status codes. */
final class GatewayErrors {
  private static final HttpResponseStatus CLIENT_CLOSED_REQUEST =
      new HttpResponseStatus(499, "Client Closed Request");

  private GatewayErrors() {}

  /** The body of an answer that is an error. */
  static String body(Status status) {
    String message = status.getDescription() == null ? "" : status.getDescription();
    return "{\"code\":%d,\"message\":%s,\"details\":[]}"
        .formatted(status.getCode().value(), JsonText.quote(message));
  }

  /** What a stream that had begun ends with. */
  static String inStream(Status status) {
    return "{\"error\":" + body(status) + "}";
  }

  static HttpResponseStatus http(Status.Code code) {
    return switch (code) {
      case OK -> HttpResponseStatus.OK;
      case CANCELLED -> CLIENT_CLOSED_REQUEST;
      case UNKNOWN, INTERNAL, DATA_LOSS -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> HttpResponseStatus.BAD_REQUEST;
      case DEADLINE_EXCEEDED -> HttpResponseStatus.GATEWAY_TIMEOUT;
      case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
      case ALREADY_EXISTS, ABORTED -> HttpResponseStatus.CONFLICT;
      case PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
      case UNAUTHENTICATED -> HttpResponseStatus.UNAUTHORIZED;
      case RESOURCE_EXHAUSTED -> HttpResponseStatus.TOO_MANY_REQUESTS;
      case UNIMPLEMENTED -> HttpResponseStatus.NOT_IMPLEMENTED;
      case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
    };
  }
}
