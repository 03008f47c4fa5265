package io.kelson.chaos.client;

/** {@link CallsSuite} on a stock etcd. */
class CallsOnEtcdIT extends CallsSuite {
  CallsOnEtcdIT() {
    super(Product.ETCD);
  }
}
