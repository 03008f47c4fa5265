/**
 * The store and its doors. {@link io.kelson.server.KelsonServer} puts one member together from its
 * parts and is how a JVM embeds Kelson; {@link io.kelson.server.Main} is its thinnest user.
 *
 * <p>A request comes in through {@code rpc} (gRPC) or {@code http}, travels through the log of
 * {@code io.kelson.raft} as a {@code kelson.server.InternalRequest}, is carried out by {@code
 * apply} on the data of {@code mvcc}, and is answered where it came in. {@code config} says what a
 * member may be told, {@code cluster} who it is.
 */
package io.kelson.server;
