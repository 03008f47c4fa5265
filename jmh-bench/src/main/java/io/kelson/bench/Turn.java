package io.kelson.bench;

import io.kelson.chaos.NodeCommand;

/**
 * Whose turn it is.
 *
 * @param pair counted from 1
 * @param side {@code a} or {@code b}
 * @param command the product
 */
public record Turn(int pair, String side, NodeCommand command) {
  /** For people. */
  public String name() {
    return "pair " + pair + ", " + side + " (" + command.product() + ")";
  }

  /** For a directory. */
  public String path() {
    return "pair" + pair + "-" + side + "-" + command.product();
  }
}
