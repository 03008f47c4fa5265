package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.InputStream;

/**
 * A response on its way out: a message, or something that writes the bytes of one without ever
 * having been one.
 *
 * @param <T> the message's type
 */
interface Answer<T extends MessageLite> {
  /** The bytes, once. */
  InputStream open(Marshaller<T> messages);

  /** A response that is there as a message. */
  static <T extends MessageLite> Answer<T> of(T message) {
    return SmallAnswer.of(message);
  }

  /** How a method that answers with these writes them; answers are never read here. */
  static <T extends MessageLite> Marshaller<Answer<T>> marshaller(Marshaller<T> messages) {
    return new Marshaller<>() {
      @Override
      public InputStream stream(Answer<T> answer) {
        return answer.open(messages);
      }

      @Override
      public Answer<T> parse(InputStream bytes) {
        return of(messages.parse(bytes));
      }
    };
  }
}
