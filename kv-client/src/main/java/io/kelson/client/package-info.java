/**
 * The Java client of a Kelson cluster; it works against etcd too.
 *
 * <p>Begin at {@link io.kelson.client.KelsonClient}. Requests are {@link io.kelson.client.Op}s,
 * replies {@link io.kelson.client.OpResult}s, keys and values {@link io.kelson.client.Bytes}.
 * Nothing public names a type from outside the JDK. Inside: {@code UnaryCalls} decides which
 * endpoint a request goes to and whether it may go a second time, {@code WatchSession} keeps a
 * watch alive, and {@code Wire} turns records into messages and back.
 */
package io.kelson.client;
