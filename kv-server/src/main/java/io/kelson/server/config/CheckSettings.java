package io.kelson.server.config;

import java.time.Duration;

/**
 * When members compare what they hold.
 *
 * @param initialCheck compare with the others before serving clients
 * @param interval compare whole histories this often; zero: never. It reads everything
 * @param compactionInterval compare the hashes taken at compactions this often; zero: never. Cheap
 */
public record CheckSettings(boolean initialCheck, Duration interval, Duration compactionInterval) {
  /** Both cheap checks are on: silent divergence has to be noticed. */
  public static final CheckSettings DEFAULT =
      new CheckSettings(true, Duration.ZERO, Duration.ofMinutes(1));
}
