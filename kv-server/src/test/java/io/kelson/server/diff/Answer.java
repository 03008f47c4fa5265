package io.kelson.server.diff;

import com.google.protobuf.Message;
import io.grpc.Status;

/**
 * What came back: a message, an error, or nothing at all where the other side said something.
 *
 * @param message null unless the answer is one
 * @param code OK with a message; null if there was no answer
 * @param text the description of an error, else empty
 */
record Answer(Message message, Status.Code code, String text) {
  static final Answer NOTHING = new Answer(null, null, "");

  static Answer of(Message message) {
    return new Answer(message, Status.Code.OK, "");
  }

  static Answer of(Status status) {
    String text = status.getDescription();
    return new Answer(null, status.getCode(), text == null ? "" : text);
  }

  boolean isMessage() {
    return message != null;
  }

  Answer with(Message other) {
    return of(other);
  }

  @Override
  public String toString() {
    if (code == null) {
      return "nothing";
    }
    return isMessage() ? Text.of(message) : code + " \"" + text + "\"";
  }
}
