package io.kelson.client;

/** The status codes of the API, with the names and meaning gRPC gives them. */
public enum ErrorCode {
  /** No error; no exception has it. */
  OK,

  /** The call was given up, by the caller or with the client. */
  CANCELLED,

  /** Something that the server has no code for. */
  UNKNOWN,

  /** The request makes no sense, whatever state the store is in. */
  INVALID_ARGUMENT,

  /** There was no answer in time; a write may have happened. */
  DEADLINE_EXCEEDED,

  /** The lease, member, user or role does not exist. */
  NOT_FOUND,

  /** It exists already. */
  ALREADY_EXISTS,

  /** The user may not do that. */
  PERMISSION_DENIED,

  /** The store is full, or too much was asked for at once. */
  RESOURCE_EXHAUSTED,

  /** Not in this state of the store or cluster. */
  FAILED_PRECONDITION,

  /** Something else came between. */
  ABORTED,

  /** The revision is compacted or has not happened yet. */
  OUT_OF_RANGE,

  /** The server does not have that call. */
  UNIMPLEMENTED,

  /** A broken promise in the server or on the way. */
  INTERNAL,

  /** No server could be reached, or it has no leader; worth another try. */
  UNAVAILABLE,

  /** What the server holds is damaged. */
  DATA_LOSS,

  /** The token is missing, wrong or out of date. */
  UNAUTHENTICATED
}
