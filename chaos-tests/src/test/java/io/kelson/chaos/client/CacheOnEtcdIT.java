package io.kelson.chaos.client;

/** {@link CacheSuite} on a stock etcd. */
class CacheOnEtcdIT extends CacheSuite {
  CacheOnEtcdIT() {
    super(Product.ETCD);
  }
}
