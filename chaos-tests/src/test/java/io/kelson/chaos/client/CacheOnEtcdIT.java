package io.kelson.chaos.client;

import io.kelson.chaos.LongRun;

/** {@link CacheSuite} on a stock etcd. */
@LongRun
class CacheOnEtcdIT extends CacheSuite {
  CacheOnEtcdIT() {
    super(Product.ETCD);
  }
}
