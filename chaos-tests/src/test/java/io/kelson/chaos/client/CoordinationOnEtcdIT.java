package io.kelson.chaos.client;

/** {@link CoordinationSuite} on a stock etcd. */
class CoordinationOnEtcdIT extends CoordinationSuite {
  CoordinationOnEtcdIT() {
    super(Product.ETCD);
  }
}
