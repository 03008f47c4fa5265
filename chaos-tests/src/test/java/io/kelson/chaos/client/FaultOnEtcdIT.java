package io.kelson.chaos.client;

/** {@link FaultSuite} on a stock etcd. */
class FaultOnEtcdIT extends FaultSuite {
  FaultOnEtcdIT() {
    super(Product.ETCD);
  }
}
