package io.kelson.server.auth;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code --auth-token} says.
 *
 * @param isJwt whether tokens are signed; else they are simple ones
 * @param publicKeyFile to verify with; null if none is given
 * @param privateKeyFile to sign with; null if none is given
 * @param signMethod such as RS256; null for simple tokens
 * @param ttl how long a signed token is good
 */
public record TokenSpec(
    boolean isJwt, String publicKeyFile, String privateKeyFile, String signMethod, Duration ttl) {
  private static final Duration DEFAULT_TTL = Duration.ofMinutes(5);
  private static final Pattern PART = Pattern.compile("(\\d+)(h|ms|m|s)");

  /**
   * Reads {@code simple}, or {@code jwt,} with {@code pub-key}, {@code priv-key}, {@code
   * sign-method} and {@code ttl}.
   *
   * @throws IllegalArgumentException if it cannot be understood; the message says what to write
   */
  public static TokenSpec parse(String text) {
    String[] words = text.split(",");
    if (words[0].equals("simple") && words.length == 1) {
      return new TokenSpec(false, null, null, null, DEFAULT_TTL);
    }
    if (!words[0].equals("jwt")) {
      throw wrong(text, "say simple, or jwt,pub-key=FILE,priv-key=FILE,sign-method=RS256");
    }
    Map<String, String> options = new TreeMap<>();
    for (int i = 1; i < words.length; i++) {
      String[] pair = words[i].split("=", 2);
      if (pair.length != 2 || options.put(pair[0], pair[1]) != null) {
        throw wrong(text, "options are name=value, each once");
      }
    }
    String publicKey = options.remove("pub-key");
    String privateKey = options.remove("priv-key");
    String method = Optional.ofNullable(options.remove("sign-method")).orElse("");
    String ttl = options.remove("ttl");
    if (!options.isEmpty()) {
      throw wrong(text, "there is no option " + options.keySet().iterator().next());
    }
    if (method.isEmpty()) {
      throw wrong(text, "sign-method is missing, such as sign-method=RS256");
    }
    if (publicKey == null && privateKey == null) {
      throw wrong(text, "a key is missing: priv-key=FILE to sign, pub-key=FILE to verify");
    }
    Duration life = ttl == null ? DEFAULT_TTL : duration(text, ttl);
    return new TokenSpec(true, publicKey, privateKey, method, life);
  }

  private static Duration duration(String text, String value) {
    Duration sum = Duration.ZERO;
    Matcher parts = PART.matcher(value.toLowerCase(Locale.ROOT));
    int end = 0;
    while (parts.find() && parts.start() == end) {
      long number = Long.parseLong(parts.group(1));
      sum =
          sum.plus(
              switch (parts.group(2)) {
                case "h" -> Duration.ofHours(number);
                case "m" -> Duration.ofMinutes(number);
                case "s" -> Duration.ofSeconds(number);
                default -> Duration.ofMillis(number);
              });
      end = parts.end();
    }
    if (end != value.length() || sum.isZero()) {
      throw wrong(text, "ttl is a duration above zero, such as ttl=10m");
    }
    return sum;
  }

  private static IllegalArgumentException wrong(String text, String remedy) {
    return new IllegalArgumentException("--auth-token is '" + text + "': " + remedy);
  }
}
