/**
 * The gRPC services of the etcd v3 API.
 *
 * <p>Everything here runs on event loops and never blocks. A write goes through {@link
 * io.kelson.server.rpc.Proposals} into the log and its caller waits in {@link
 * io.kelson.server.rpc.PendingRequests} until the apply thread reports; a linearizable read waits
 * in {@link io.kelson.server.rpc.LinearizableReads} until consensus confirms that what this member
 * holds is fresh. Services only check, ask and answer.
 */
package io.kelson.server.rpc;
