package io.kelson.chaos.client;

import io.kelson.chaos.LongRun;

/** {@link CoordinationSuite} on a stock etcd. */
@LongRun
class CoordinationOnEtcdIT extends CoordinationSuite {
  CoordinationOnEtcdIT() {
    super(Product.ETCD);
  }
}
