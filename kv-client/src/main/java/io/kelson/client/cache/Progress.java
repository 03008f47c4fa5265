package io.kelson.client.cache;

import io.kelson.client.EndpointStatus;
import io.kelson.client.KelsonClient;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a member's word on how far it has sent its events can be believed.
 *
 * <p>etcd before 3.4.31, and before 3.5.13 in the 3.5 line, may say that everything up to a
 * revision has been sent before it has. A progress message names the member it comes from; what
 * version that is, the members are asked once. Thread-safe.
 */
final class Progress {
  /** What is known of a member. */
  enum Trust {
    BELIEVED,
    DOUBTED,
    /** It is being asked: see again in a moment. */
    UNKNOWN
  }

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*");

  private final KelsonClient client;
  private final Map<Long, Trust> members = new ConcurrentHashMap<>();
  private final AtomicBoolean asking = new AtomicBoolean();

  Progress(KelsonClient client) {
    this.client = client;
  }

  /** What to think of the member of that id. */
  Trust of(long memberId) {
    Trust known = members.get(memberId);
    if (known == null && asking.compareAndSet(false, true)) {
      ask();
    }
    return known == null ? Trust.UNKNOWN : known;
  }

  private void ask() {
    CompletableFuture<?>[] answers =
        client.endpoints().stream()
            .map(endpoint -> client.statusAsync(endpoint).thenAccept(this::take))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(answers).whenComplete((all, failure) -> asking.set(false));
  }

  private void take(EndpointStatus status) {
    Trust trust = trusts(status.version()) ? Trust.BELIEVED : Trust.DOUBTED;
    members.put(status.header().memberId(), trust);
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
