/**
 * The Java client of a Kelson cluster; it works against etcd too.
 *
 * <p>Begin at {@link io.kelson.client.KelsonClient}. Requests are {@link io.kelson.client.Op}s,
 * replies {@link io.kelson.client.OpResult}s, keys and values {@link io.kelson.client.Bytes}.
 * Nothing public names a type from outside the JDK. Inside: {@code UnaryCalls} decides which
 * endpoint a request goes to and whether it may go a second time, {@code WatchSession} keeps a
 * watch alive, {@code WatchStream} carries many of them, {@code LeaseKeeper} every lease, {@code
 * Tokens} the sign-in, and {@code Wire} and its like turn records into messages and back.
 *
 * <p>Built on it, knowing nothing of servers: the packages {@code coordination} (locks, elections),
 * {@code cache} and {@code discovery}; for users of grpc-java, {@code grpc}.
 */
package io.kelson.client;
