/**
 * Peers over TCP: {@link io.kelson.raft.transport.NettyTransport} carries {@link
 * io.kelson.raft.core.Message}s between members, best effort.
 *
 * <p>Every member dials every other and sends only on the connection it dialled, so a pair of
 * members shares two one-way connections and nobody has to decide which of two to keep. Read {@code
 * peer.proto} for what travels, then {@link io.kelson.raft.transport.PeerLink} for the dialling
 * side and {@link io.kelson.raft.transport.Acceptor} for the listening one. {@link
 * io.kelson.raft.transport.MessageWriter} and {@link io.kelson.raft.transport.MessageReader} are
 * the only places that know both the core's messages and the wire's.
 *
 * <p>The package announces what happens to a {@link io.kelson.raft.transport.TransportListener};
 * logging is such a listener.
 */
package io.kelson.raft.transport;
