package io.kelson.bench;

import io.grpc.MethodDescriptor;
import java.util.SplittableRandom;

/**
 * What is asked of the server, one unary call after another.
 *
 * @param <Q> the request
 * @param <R> the reply
 */
public interface Workload<Q, R> {
  /** Its name in results. */
  String name();

  /** The call. */
  MethodDescriptor<Q, R> method();

  /**
   * The next request. Called by all event loops at once, each with its own source of randomness.
   */
  Q next(SplittableRandom random);

  /** What is wrong with a reply that came without an error; empty if nothing is. */
  String flaw(R reply);
}
