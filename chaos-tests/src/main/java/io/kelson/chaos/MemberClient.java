package io.kelson.chaos;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A connection to one member that does exactly what it is asked, once: nothing is retried below it
 * and nothing goes to another member, so that an error means what it says. Thread-safe.
 *
 * <p>Every call fails with gRPC's {@link io.grpc.StatusRuntimeException}.
 */
public final class MemberClient implements AutoCloseable {
  private static final int PAGE_KEYS = 1_000;
  private static final int MAX_ANSWER_BYTES = 64 << 20;

  private final NodeSpec member;
  private final Duration deadline;
  private final ManagedChannel channel;

  /**
   * Opens no connection yet.
   *
   * @param deadline how long to wait for any answer; longer than the server's own request timeout,
   *     so that the server's error is seen and not our impatience
   */
  public MemberClient(NodeSpec member, Duration deadline) {
    this.member = member;
    this.deadline = deadline;
    this.channel =
        NettyChannelBuilder.forAddress(new InetSocketAddress("127.0.0.1", member.clientPort()))
            .usePlaintext()
            .disableRetry()
            .intercept(new RootSignIn())
            .maxInboundMessageSize(MAX_ANSWER_BYTES)
            .proxyDetector(target -> null)
            .build();
  }

  /** The member's name. */
  public String name() {
    return member.name();
  }

  /** The channel, for streams. */
  public ManagedChannel channel() {
    return channel;
  }

  /** Connects at the next call even if the last attempt failed a moment ago. */
  public void reconnectNow() {
    channel.resetConnectBackoff();
  }

  /** Writes one key. */
  public PutResponse put(String key, String value) {
    return kv().put(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build());
  }

  /** Reads one key; the member answers alone if {@code serializable}. */
  public RangeResponse get(String key, boolean serializable) {
    return kv().range(
            RangeRequest.newBuilder().setKey(bytes(key)).setSerializable(serializable).build());
  }

  /** The member's own view of itself and its leader. */
  public StatusResponse status() {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(2, TimeUnit.SECONDS)
        .status(StatusRequest.getDefaultInstance());
  }

  /** Every key below the prefix as this member alone has it at the revision, in key order. */
  public List<StoredKey> allAt(String prefix, long revision) {
    return allAt(prefix, revision, PAGE_KEYS);
  }

  /** The same, so many keys at a time: for large values. */
  public List<StoredKey> allAt(String prefix, long revision, int pageKeys) {
    List<StoredKey> keys = new ArrayList<>();
    ByteString next = bytes(prefix);
    ByteString end = prefixEnd(prefix);
    boolean more = true;
    while (more) {
      RangeResponse page =
          kv().range(
                  RangeRequest.newBuilder()
                      .setKey(next)
                      .setRangeEnd(end)
                      .setRevision(revision)
                      .setLimit(pageKeys)
                      .setSerializable(true)
                      .build());
      page.getKvsList().forEach(kv -> keys.add(StoredKey.of(kv)));
      more = page.getMore();
      if (more) {
        ByteString last = page.getKvs(page.getKvsCount() - 1).getKey();
        next = last.concat(ByteString.copyFrom(new byte[] {0}));
      }
    }
    return keys;
  }

  /** The smallest key after every key with this prefix (whose last character is below U+007F). */
  public static ByteString prefixEnd(String prefix) {
    int last = prefix.length() - 1;
    return bytes(prefix.substring(0, last) + (char) (prefix.charAt(last) + 1));
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  static ByteString bytes(String text) {
    return ByteString.copyFrom(text, StandardCharsets.UTF_8);
  }

  private KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }
}
