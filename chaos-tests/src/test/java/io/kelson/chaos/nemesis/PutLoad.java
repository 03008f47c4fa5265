package io.kelson.chaos.nemesis;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Puts to all members in turn, as fast as they answer, so that faults meet a cluster at work. */
final class PutLoad implements AutoCloseable {
  private static final int DEADLINE_SECONDS = 2;
  private static final ByteString VALUE = ByteString.copyFromUtf8("v".repeat(20_000));

  private final List<ManagedChannel> channels;
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicLong acked = new AtomicLong();
  private final Thread thread = new Thread(this::work, "put-load");

  PutLoad(List<String> endpoints) {
    channels =
        endpoints.stream()
            .map(
                endpoint ->
                    NettyChannelBuilder.forTarget("dns:///" + endpoint)
                        .usePlaintext()
                        .disableRetry()
                        .proxyDetector(target -> null)
                        .build())
            .toList();
    thread.start();
  }

  /** How many puts were acknowledged so far. */
  long acked() {
    return acked.get();
  }

  @Override
  public void close() {
    stop.set(true);
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private void work() {
    for (long i = 0; !stop.get(); i++) {
      ManagedChannel channel = channels.get((int) (i % channels.size()));
      channel.resetConnectBackoff();
      try {
        KVGrpc.newBlockingStub(channel)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .put(
                PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("load/" + i % 100))
                    .setValue(VALUE)
                    .build());
        acked.incrementAndGet();
      } catch (StatusRuntimeException e) {
        // A member is in trouble: that is what this is for. The next one is asked.
      }
    }
  }
}
