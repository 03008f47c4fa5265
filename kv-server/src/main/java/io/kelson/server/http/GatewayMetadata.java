package io.kelson.server.http;

import io.grpc.Metadata;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * What of a request's headers reaches the call: {@code Authorization}, {@code Grpc-Metadata-X} as
 * {@code x}, and {@code Grpc-Timeout} as its deadline.
 */
final class GatewayMetadata {
  private static final String PREFIX = "grpc-metadata-";
  private static final String TIMEOUT = "Grpc-Timeout";
  private static final int MAX_TIMEOUT_DIGITS = 8;

  private GatewayMetadata() {}

  static Metadata of(HttpHeaders headers) {
    Metadata metadata = new Metadata();
    maybePut(metadata, "authorization", headers.get(HttpHeaderNames.AUTHORIZATION));
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (name.startsWith(PREFIX)) {
        maybePut(metadata, name.substring(PREFIX.length()), header.getValue());
      }
    }
    return metadata;
  }

  /** What gRPC itself could not have carried is left out, and so is what only gRPC may set. */
  private static void maybePut(Metadata metadata, String name, String value) {
    boolean own = name.startsWith("grpc-") || name.endsWith("-bin");
    if (value != null && !own && name.matches("[0-9a-z_.-]+") && value.matches("[ -~]*")) {
      metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    }
  }

  /** The nanoseconds after which the caller does not want an answer any more, as gRPC writes it. */
  static OptionalLong timeoutNanos(HttpHeaders headers) {
    String text = headers.get(TIMEOUT, "");
    int digits = text.length() - 1;
    if (digits < 1 || digits > MAX_TIMEOUT_DIGITS || !text.substring(0, digits).matches("[0-9]+")) {
      return OptionalLong.empty();
    }
    long value = Long.parseLong(text.substring(0, digits));
    return switch (text.charAt(digits)) {
      case 'H' -> OptionalLong.of(TimeUnit.HOURS.toNanos(value));
      case 'M' -> OptionalLong.of(TimeUnit.MINUTES.toNanos(value));
      case 'S' -> OptionalLong.of(TimeUnit.SECONDS.toNanos(value));
      case 'm' -> OptionalLong.of(TimeUnit.MILLISECONDS.toNanos(value));
      case 'u' -> OptionalLong.of(TimeUnit.MICROSECONDS.toNanos(value));
      case 'n' -> OptionalLong.of(value);
      default -> OptionalLong.empty();
    };
  }
}
