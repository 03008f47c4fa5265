package io.kelson.raft.transport;

/** Why a message was not sent. */
public enum DropReason {
  /** Nobody of that id is among the peers. */
  UNKNOWN_PEER,
  /** There is no connection to that peer at the moment. */
  NOT_CONNECTED,
  /** The peer's outbox holds as much as it may. */
  OUTBOX_FULL,
  /** Encoded, it is larger than a frame may be: it can never be sent. */
  TOO_LARGE,
  /** It was waiting in the outbox when the connection ended. */
  CONNECTION_LOST
}
