package io.kelson.server.diff;

import com.google.protobuf.Message;
import java.util.List;

/** Whether two answers are the same once what is known to differ has been set equal. */
final class Comparison {
  private final List<KnownDifference> known;

  /** With the known differences that apply to that etcd, and no others. */
  Comparison(EtcdVersion version) {
    this.known = KnownDifference.applyingTo(version);
  }

  boolean knows(KnownDifference difference) {
    return known.contains(difference);
  }

  /** Whether a request is better not made. */
  boolean avoids(Message request) {
    return known.stream().anyMatch(difference -> difference.avoids(request));
  }

  /** Compares every field, unknown ones too, and code and text of an error. */
  void require(Exchange exchange) throws Divergence {
    Exchange settled = exchange;
    for (KnownDifference difference : known) {
      settled = difference.settle(settled);
    }
    if (!settled.etcd().equals(settled.kelson())) {
      throw new Divergence(
          exchange.about()
              + "\n    asked   "
              + Text.of(exchange.request())
              + "\n    etcd    "
              + exchange.etcd()
              + "\n    Kelson  "
              + exchange.kelson()
              + (settled.equals(exchange)
                  ? ""
                  : "\n    compared as\n            "
                      + settled.etcd()
                      + "\n            "
                      + settled.kelson()));
    }
  }
}
