package io.kelson.chaos.client;

import io.kelson.chaos.LongRun;

/** {@link CallsSuite} on a stock etcd. */
@LongRun
class CallsOnEtcdIT extends CallsSuite {
  CallsOnEtcdIT() {
    super(Product.ETCD);
  }
}
