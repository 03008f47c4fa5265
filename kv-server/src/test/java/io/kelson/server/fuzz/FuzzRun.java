package io.kelson.server.fuzz;

import java.util.HexFormat;
import java.util.stream.LongStream;

/** How much is tried, and from which seed: {@code -Dfuzz.seed} and {@code -Dfuzz.inputs}. */
public final class FuzzRun {
  private static final HexFormat HEX = HexFormat.of();

  private FuzzRun() {}

  /** The seed given, or those that every build tries. */
  public static LongStream seeds() {
    Long seed = Long.getLong("fuzz.seed");
    return seed == null ? LongStream.of(1) : LongStream.of(seed);
  }

  /**
   * How many inputs a part gets.
   *
   * @param perMille its share of {@code fuzz.inputs}
   */
  public static int inputs(int perMille) {
    return (int) (Long.getLong("fuzz.inputs", 40_000) * perMille / 1000);
  }

  /** What is needed to try an input again. */
  public static AssertionError failure(
      String what, long seed, int number, byte[] input, Throwable cause) {
    String shown =
        input.length <= 4096 ? HEX.formatHex(input) : HEX.formatHex(input, 0, 4096) + "...";
    return new AssertionError(
        "%s: seed %d, input %d of %d bytes: %s".formatted(what, seed, number, input.length, shown),
        cause);
  }

  /** One line for whoever keeps count. */
  public static void report(String what, long seed, String counts) {
    System.out.printf("fuzz: %s, seed %d: %s%n", what, seed, counts);
  }
}
