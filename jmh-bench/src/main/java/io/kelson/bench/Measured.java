package io.kelson.bench;

/**
 * A result, and what it was made of.
 *
 * @param tally to be drawn
 */
record Measured(LoadResult result, Tally tally) {}
