package io.kelson.chaos.client;

/** {@link FaultSuite} on Kelson. */
class FaultOnKelsonIT extends FaultSuite {
  FaultOnKelsonIT() {
    super(Product.KELSON);
  }
}
