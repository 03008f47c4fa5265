package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.common.exception.EtcdException;
import io.etcd.jetcd.kv.GetResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How the tests speak to jetcd, a client of etcd's API that others wrote. */
final class Jetcd {
  private static final long CALL_SECONDS = 60;

  private Jetcd() {}

  /** A client of these members, which prefers the first. */
  static Client client(List<ClusterNode> nodes) {
    String[] endpoints = nodes.stream().map(Jetcd::url).toArray(String[]::new);
    return Client.builder().endpoints(endpoints).build();
  }

  /** Where a member listens, as jetcd wants it. */
  static String url(ClusterNode node) {
    return "http://" + node.spec().endpoint();
  }

  /**
   * Waits for the answer to a call.
   *
   * @throws IllegalStateException if it fails or does not come
   */
  static <T> T done(CompletableFuture<T> call) {
    try {
      return call.get(CALL_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * How a call was refused.
   *
   * @param code the gRPC status code; empty where jetcd has an exception for just this case
   * @param text what the server said, or that exception's name
   */
  record Refusal(String code, String text) {
    private static Refusal of(Throwable cause) {
      // Some of jetcd's calls fail with gRPC's exception, some with its own.
      if (cause instanceof EtcdException own) {
        return new Refusal(own.getErrorCode().name(), own.getMessage());
      }
      if (cause instanceof StatusRuntimeException refusal) {
        Status status = refusal.getStatus();
        return new Refusal(status.getCode().name(), status.getDescription());
      }
      return new Refusal("", cause.getClass().getSimpleName());
    }
  }

  /** Requires that a call fails, and says how. */
  static Refusal refused(CompletableFuture<?> call) {
    IllegalStateException failure =
        catchThrowableOfType(IllegalStateException.class, () -> done(call));
    assertThat(failure).isNotNull();
    return Refusal.of(failure.getCause());
  }

  static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  static String text(ByteSequence bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** As {@code key=value}. */
  static String pair(KeyValue pair) {
    return text(pair.getKey()) + "=" + text(pair.getValue());
  }

  /** As {@code key=value}, in the order of the answer. */
  static List<String> pairs(GetResponse answer) {
    return answer.getKvs().stream().map(Jetcd::pair).toList();
  }

  /** As {@code key=value created/modified/version}, with revisions counted from the given one. */
  static String described(KeyValue pair, long base) {
    long[] numbers = {
      pair.getCreateRevision() - base, pair.getModRevision() - base, pair.getVersion()
    };
    return pair(pair) + " " + Arrays.toString(numbers);
  }
}
