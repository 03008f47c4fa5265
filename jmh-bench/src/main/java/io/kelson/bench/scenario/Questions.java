package io.kelson.bench.scenario;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** What a {@link FirstAnswer} is asked for. */
final class Questions {
  private Questions() {}

  static BiConsumer<Channel, StreamObserver<PutResponse>> put(ByteString key, ByteString value) {
    PutRequest request = PutRequest.newBuilder().setKey(key).setValue(value).build();
    return (channel, answer) -> stub(channel).put(request, answer);
  }

  /** Reads one key; the member answers alone if {@code serializable}. */
  static BiConsumer<Channel, StreamObserver<RangeResponse>> get(
      ByteString key, boolean serializable) {
    RangeRequest request =
        RangeRequest.newBuilder().setKey(key).setSerializable(serializable).build();
    return (channel, answer) -> stub(channel).range(request, answer);
  }

  private static KVGrpc.KVStub stub(Channel channel) {
    return KVGrpc.newStub(channel)
        .withDeadlineAfter(FirstAnswer.DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
  }
}
