package io.kelson.server.auth;

import io.kelson.api.EtcdError;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Tokens of sixteen letters and the index of the log entry that made them known to every member.
 *
 * <p>They mean a user, whatever becomes of his rights meanwhile. Each member forgets one that was
 * not used there for some time, and all of them when it restarts. At most {@value #MAX_TOKENS} are
 * remembered: beyond that the one that would be forgotten first is. Thread-safe.
 */
public final class SimpleTokens implements Tokens {
  static final int MAX_TOKENS = 1 << 17;

  private static final int LETTERS = 16;
  private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private final long ttlNanos;
  private final LongSupplier nanoTime;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  /** Looked at when a token comes; one that was used meanwhile goes back. Apply thread only. */
  private final PriorityQueue<Due> due =
      new PriorityQueue<>((a, b) -> Long.signum(a.nanos() - b.nanos()));

  /** A token that is remembered. */
  private static final class Known {
    private final String user;
    private volatile long expiresNanos;

    Known(String user, long expiresNanos) {
      this.user = user;
      this.expiresNanos = expiresNanos;
    }
  }

  /** When to look whether a token has expired. */
  private record Due(long nanos, String token, Known known) {}

  /**
   * @param ttlSeconds how long a token lives without being used
   * @param nanoTime the clock
   */
  public SimpleTokens(long ttlSeconds, LongSupplier nanoTime) {
    this.ttlNanos = TimeUnit.SECONDS.toNanos(ttlSeconds);
    this.nanoTime = nanoTime;
  }

  /** What a new token begins with. */
  public static String newPrefix(RandomGenerator random) {
    StringBuilder letters = new StringBuilder(LETTERS);
    random.ints(LETTERS, 0, ALPHABET.length()).forEach(i -> letters.append(ALPHABET.charAt(i)));
    return letters.toString();
  }

  @Override
  public Identity identify(String token, AuthState state) {
    Known found = known.get(token);
    long now = nanoTime.getAsLong();
    if (found == null || found.expiresNanos - now <= 0) {
      throw new AuthException(EtcdError.INVALID_AUTH_TOKEN);
    }
    found.expiresNanos = now + ttlNanos;
    return new Identity(found.user, state.revision());
  }

  @Override
  public long madeAt(String token) {
    if (token.length() <= LETTERS + 1 || token.charAt(LETTERS) != '.') {
      return 0;
    }
    try {
      return Math.max(0, Long.parseLong(token, LETTERS + 1, token.length(), 10));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  @Override
  public Optional<String> issue(String user, AuthState state) {
    return Optional.empty();
  }

  @Override
  public void accept(TokenEffect effect) {
    switch (effect.kind()) {
      case ASSIGN -> assign(effect.user(), effect.token());
      case DROP_USER -> known.values().removeIf(held -> held.user.equals(effect.user()));
      case DROP_ALL -> {
        known.clear();
        due.clear();
      }
      case NONE -> {}
    }
  }

  private void assign(String user, String token) {
    long now = nanoTime.getAsLong();
    Known fresh = new Known(user, now + ttlNanos);
    known.put(token, fresh);
    due.add(new Due(fresh.expiresNanos, token, fresh));
    forget(now);
  }

  private void forget(long now) {
    while (!due.isEmpty()) {
      Due first = due.peek();
      boolean crowded = due.size() > MAX_TOKENS;
      if (first.nanos() - now > 0 && !crowded) {
        return;
      }
      due.poll();
      boolean used = first.known().expiresNanos - now > 0;
      boolean held = known.get(first.token()) == first.known();
      if (held && used && !crowded) {
        due.add(new Due(first.known().expiresNanos, first.token(), first.known()));
      } else {
        known.remove(first.token(), first.known());
      }
    }
  }

  /** How many are remembered. */
  int size() {
    return known.size();
  }
}
