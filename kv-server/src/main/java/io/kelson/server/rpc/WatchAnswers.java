package io.kelson.server.rpc;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.kelson.api.WatchResponse;
import io.kelson.server.watch.WatchAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Some responses of a watch stream, given to gRPC in one go: between messages it would flush, which
 * costs several times what a small message does.
 */
record WatchAnswers(List<WatchAnswer> run) implements Answer<WatchResponse> {
  @Override
  public InputStream open(Marshaller<WatchResponse> messages) {
    return new Run();
  }

  /** Empty as a stream of bytes: {@link FlushingServer} and the gateway ask for the messages. */
  private final class Run extends InputStream implements FramedMessages {
    @Override
    public List<InputStream> messages() {
      List<InputStream> messages = new ArrayList<>(run.size());
      for (int i = 0; i < run.size(); i++) {
        messages.add(new One(run.get(i)));
      }
      return messages;
    }

    @Override
    public int count() {
      return run.size();
    }

    @Override
    public int size(int number) {
      return run.get(number).size();
    }

    @Override
    public int putInto(int number, byte[] target, int offset) {
      return run.get(number).putInto(target, offset);
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("these are several messages: take them one by one");
    }
  }

  private static final class One extends InputStream implements Drainable, KnownLength {
    private final WatchAnswer answer;

    One(WatchAnswer answer) {
      this.answer = answer;
    }

    @Override
    public int available() {
      return answer.size();
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      answer.writeTo(target);
      return answer.size();
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("this stream can only be drained");
    }
  }
}
