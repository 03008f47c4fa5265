package io.kelson.bench;

import io.grpc.MethodDescriptor;
import java.util.function.Function;

/**
 * One unary call: what is sent, and what a reply to it means.
 *
 * @param reading called on the event loop that got the reply, for a reply that came without an
 *     error
 * @param <Q> the request
 * @param <R> the reply
 */
public record Exchange<Q, R>(
    MethodDescriptor<Q, R> method, Q request, Function<R, Outcome> reading) {}
