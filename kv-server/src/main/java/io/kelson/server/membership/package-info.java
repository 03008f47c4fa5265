/**
 * Who belongs to the cluster, and how that is changed.
 *
 * <p>Raft knows ids only; what else a server must know of its fellow members travels in the context
 * of the configuration entries ({@link io.kelson.server.membership.Members}). {@link
 * io.kelson.server.membership.Roster} follows these entries from log and state, {@link
 * io.kelson.server.membership.ChangePlanner} says which changes are allowed, and {@link
 * io.kelson.server.membership.MemberChanges} carries them out.
 */
package io.kelson.server.membership;
