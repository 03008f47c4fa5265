package io.kelson.client.cache;

import io.kelson.client.EndpointStatus;
import io.kelson.client.KelsonClient;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a progress message that was asked for can be believed.
 *
 * <p>etcd before 3.4.31, and before 3.5.13 in the 3.5 line, may say that everything up to a
 * revision has been sent before it has. All members must be new enough, since nobody knows which
 * one the watch is at; one that does not answer leaves it open. Thread-safe.
 */
final class Progress {
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*");

  private final KelsonClient client;
  private volatile Boolean known;

  Progress(KelsonClient client) {
    this.client = client;
  }

  /** True only after it was found out. */
  boolean isKnownTrusted() {
    return Boolean.TRUE.equals(known);
  }

  /** Finds out, if it is not known yet; false while a member does not answer. */
  CompletableFuture<Boolean> isTrusted() {
    Boolean found = known;
    if (found != null) {
      return CompletableFuture.completedFuture(found);
    }
    List<CompletableFuture<EndpointStatus>> answers =
        client.endpoints().stream().map(client::statusAsync).toList();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .handle(
            (all, failure) -> {
              if (failure != null) {
                return false;
              }
              boolean trusted =
                  answers.stream().allMatch(answer -> trusts(answer.join().version()));
              known = trusted;
              return trusted;
            });
  }

  static boolean trusts(String version) {
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.matches()) {
      return false;
    }
    int major = Integer.parseInt(matcher.group(1));
    int minor = Integer.parseInt(matcher.group(2));
    int patch = Integer.parseInt(matcher.group(3));
    if (major != 3) {
      return major > 3;
    }
    return switch (minor) {
      case 4 -> patch >= 31;
      case 5 -> patch >= 13;
      default -> minor > 5;
    };
  }
}
