package io.kelson.client;

import io.grpc.Status;
import io.kelson.api.EtcdError;

/** What a failed attempt allows. */
enum Verdict {
  /** Nothing happened, or repeating is harmless: another endpoint may do better. */
  TRY_NEXT,
  /** Nothing happened and trying again would not change that. */
  FAILED,
  /** A write that may have happened: it must not be repeated. */
  OUTCOME_UNKNOWN;

  /** Judges the end of an attempt to read. */
  static Verdict ofRead(Status status) {
    if (EtcdError.NOT_SUPPORTED_FOR_LEARNER.text().equals(status.getDescription())) {
      return TRY_NEXT;
    }
    return switch (status.getCode()) {
      // CANCELLED is a server going down: our own cancellations never ask for a verdict.
      case UNAVAILABLE, CANCELLED -> TRY_NEXT;
      default -> FAILED;
    };
  }

  /**
   * Judges the end of an attempt to write.
   *
   * <p>Without an answer from the server, only a request that never left is settled. With one, it
   * is settled unless its code is among those that a server also gives when it has lost sight of a
   * proposal.
   */
  static Verdict ofWrite(Status status, boolean maybeSent, boolean answered) {
    if (!maybeSent) {
      return status.getCode() == Status.Code.UNAVAILABLE ? TRY_NEXT : FAILED;
    }
    if (TlsProblem.isPlainAtTls(status)) {
      // Said to the connection, before any request on it was looked at.
      return FAILED;
    }
    if (!answered) {
      return OUTCOME_UNKNOWN;
    }
    EtcdError error = EtcdError.ofText(String.valueOf(status.getDescription()));
    if (error == EtcdError.NO_LEADER || error == EtcdError.NOT_SUPPORTED_FOR_LEARNER) {
      // Said before anything is proposed.
      return TRY_NEXT;
    }
    if (error != null && refusedBeforehand(error)) {
      return FAILED;
    }
    return switch (status.getCode()) {
      case INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          RESOURCE_EXHAUSTED,
          FAILED_PRECONDITION,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          UNAUTHENTICATED ->
          FAILED;
      case OK, CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, ABORTED, INTERNAL, UNAVAILABLE, DATA_LOSS ->
          OUTCOME_UNKNOWN;
    };
  }

  /** Refusals whose code alone would leave a doubt. */
  private static boolean refusedBeforehand(EtcdError error) {
    return switch (error) {
      case TOO_MANY_REQUESTS,
          CORRUPT,
          UNHEALTHY,
          NOT_ENOUGH_STARTED_MEMBERS,
          NO_PASSWORD_USER,
          TOKEN_VERIFY_ONLY,
          UNKNOWN_METHOD ->
          true;
      default -> false;
    };
  }
}
