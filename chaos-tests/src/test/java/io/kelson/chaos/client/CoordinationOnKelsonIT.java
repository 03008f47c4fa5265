package io.kelson.chaos.client;

/** {@link CoordinationSuite} on Kelson. */
class CoordinationOnKelsonIT extends CoordinationSuite {
  CoordinationOnKelsonIT() {
    super(Product.KELSON);
  }
}
