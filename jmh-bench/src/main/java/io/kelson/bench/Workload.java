package io.kelson.bench;

import io.grpc.MethodDescriptor;
import java.util.SplittableRandom;

/**
 * A script whose operations are one call of one method each.
 *
 * @param <Q> the request
 * @param <R> the reply
 */
public interface Workload<Q, R> extends Script {
  /** The call. */
  MethodDescriptor<Q, R> method();

  /** The next request; called as {@link #begin} is. */
  Q next(SplittableRandom random);

  /** What is wrong with a reply that came without an error; empty if nothing is. */
  String flaw(R reply);

  @Override
  default Exchange<Q, R> begin(SplittableRandom random) {
    return new Exchange<>(method(), next(random), reply -> Outcome.unless(flaw(reply)));
  }
}
