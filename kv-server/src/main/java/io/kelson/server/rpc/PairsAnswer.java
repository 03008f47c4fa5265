package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * An answer made of pairs as the store holds them.
 *
 * @param head wire bytes before the pairs
 * @param pairs writes the pairs
 * @param pairBytes what they take up in the answer
 * @param tail wire bytes behind them
 * @param <T> the message that all of it makes
 */
record PairsAnswer<T extends MessageLite>(byte[] head, Pairs pairs, int pairBytes, byte[] tail)
    implements Answer<T> {
  /** Writes pairs, as {@link RangeWire#writePair} does, when they are being sent. */
  @FunctionalInterface
  interface Pairs {
    /** Called once, on the thread that sends. */
    void writeTo(OutputStream out) throws IOException;
  }

  @Override
  public InputStream open(Marshaller<T> messages) {
    return new Bytes();
  }

  /** Nobody reads it: gRPC asks for its length and has it drained. */
  private final class Bytes extends InputStream implements Drainable, KnownLength {
    private boolean drained;

    @Override
    public int available() {
      return drained ? 0 : head.length + pairBytes + tail.length;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int length = available();
      target.write(head);
      pairs.writeTo(target);
      target.write(tail);
      drained = true;
      return length;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("this stream can only be drained");
    }
  }
}
