package io.kelson.server.rpc;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.server.mvcc.PairBuffer;
import io.kelson.server.mvcc.RangeScan;
import io.kelson.server.mvcc.StoreView;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * One message as large as it may be, read from the store while it is being sent, so that only a
 * buffer of it, a megabyte, is ever in memory.
 *
 * <p>gRPC wants the length first, so the range was walked once to add it up; the view shows the
 * same pairs the second time. Drained on a thread that may block: it waits whenever the client is
 * slower than the disk.
 */
final class StreamedAnswer implements Answer<RangeResponse> {
  /** gRPC's largest buffer. Were it another, calls would fail, and the tests with them. */
  private static final int BUFFER_BYTES = 1 << 20;

  private static final int GRPC_HEADER_BYTES = 5;

  private final RangeRequest request;
  private final StoreView view;
  private final byte[] head;
  private final byte[] tail;
  private final int length;
  private final SendGate gate;

  /**
   * @param view open until the answer has been sent
   * @param length of the whole message
   */
  StreamedAnswer(
      RangeRequest request, StoreView view, byte[] head, byte[] tail, int length, SendGate gate) {
    this.request = request;
    this.view = view;
    this.head = head;
    this.tail = tail;
    this.length = length;
    this.gate = gate;
  }

  @Override
  public InputStream open(Marshaller<RangeResponse> messages) {
    return new Bytes();
  }

  private final class Bytes extends InputStream implements Drainable, KnownLength, FlushedAnswer {
    private Runnable flush;
    private boolean drained;

    @Override
    public void flushesWith(Runnable value) {
      flush = value;
    }

    @Override
    public int available() {
      return drained ? 0 : length;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      Buffers out = new Buffers(target, flush);
      out.write(head);
      PairBuffer pair = new PairBuffer();
      try (RangeScan scan = view.largeScan(request)) {
        while (scan.next(pair)) {
          RangeWire.writePair(out, pair.bytes(), pair.length());
        }
      }
      out.write(tail);
      drained = true;
      if (out.written != length) {
        throw new IllegalStateException(
            "a range was " + length + " bytes when measured and " + out.written + " when sent");
      }
      return length;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("this stream can only be drained");
    }
  }

  /**
   * Sends each of gRPC's buffers when it is full, and waits until the client has taken most of it.
   * Not before: gRPC reckons with full buffers when it knows the length.
   */
  private final class Buffers extends OutputStream {
    private final OutputStream target;
    private final Runnable flush;
    private int written;

    Buffers(OutputStream target, Runnable flush) {
      this.target = target;
      this.flush = flush;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      int at = offset;
      int left = count;
      while (left > 0) {
        int room = BUFFER_BYTES - (GRPC_HEADER_BYTES + written) % BUFFER_BYTES;
        int now = Math.min(left, room);
        target.write(bytes, at, now);
        written += now;
        at += now;
        left -= now;
        if (now == room && flush != null) {
          flush.run();
          gate.awaitReady();
        }
      }
    }
  }
}
