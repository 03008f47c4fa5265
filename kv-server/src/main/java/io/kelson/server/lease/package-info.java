/**
 * When leases end.
 *
 * <p>What leases there are stands in the store and is the same everywhere. Time is not in it:
 * {@link io.kelson.server.lease.Lessor} keeps it while its member leads, by that member's monotonic
 * clock, and tells the log when a lease is over.
 */
package io.kelson.server.lease;
