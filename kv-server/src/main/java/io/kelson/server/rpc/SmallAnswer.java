package io.kelson.server.rpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * An answer whose bytes are all there and fit into an array.
 *
 * @param <T> the message's type
 */
interface SmallAnswer<T extends MessageLite> extends Answer<T> {
  /** How many bytes. */
  int size();

  /**
   * Writes them.
   *
   * @return the offset behind them
   */
  int putInto(byte[] target, int offset);

  @Override
  default InputStream open(Marshaller<T> messages) {
    byte[] bytes = new byte[size()];
    putInto(bytes, 0);
    return new ByteArrayInputStream(bytes);
  }

  /** A response that is there as a message. */
  static <T extends MessageLite> SmallAnswer<T> of(T message) {
    return new Whole<>(message);
  }

  /** See {@link #of}. */
  record Whole<T extends MessageLite>(T message) implements SmallAnswer<T> {
    /** Computed once by the message, however often it is asked for. */
    @Override
    public int size() {
      return message.getSerializedSize();
    }

    @Override
    public int putInto(byte[] target, int offset) {
      try {
        message.writeTo(CodedOutputStream.newInstance(target, offset, size()));
      } catch (IOException e) {
        throw new UncheckedIOException("a message has not the size it said", e);
      }
      return offset + size();
    }

    @Override
    public InputStream open(Marshaller<T> messages) {
      return messages.stream(message);
    }
  }
}
