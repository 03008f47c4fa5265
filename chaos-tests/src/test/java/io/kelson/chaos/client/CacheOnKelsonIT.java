package io.kelson.chaos.client;

/** {@link CacheSuite} on Kelson. */
class CacheOnKelsonIT extends CacheSuite {
  CacheOnKelsonIT() {
    super(Product.KELSON);
  }
}
