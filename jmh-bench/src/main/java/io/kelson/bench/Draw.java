package io.kelson.bench;

import java.util.SplittableRandom;

/**
 * Says what a figure would have been if the parts it was made of had come about in other numbers:
 * slices of a load's time, say, or kills of a leader. One draw of a bootstrap.
 */
@FunctionalInterface
public interface Draw {
  /** The figure from as many parts as there were, drawn with replacement. */
  double again(SplittableRandom random);
}
