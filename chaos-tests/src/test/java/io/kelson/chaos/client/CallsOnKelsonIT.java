package io.kelson.chaos.client;

/** {@link CallsSuite} on Kelson. */
class CallsOnKelsonIT extends CallsSuite {
  CallsOnKelsonIT() {
    super(Product.KELSON);
  }
}
