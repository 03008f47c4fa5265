/**
 * From log entry to state change and answer, the same on every member.
 *
 * <p>{@link io.kelson.server.apply.Applier} is the state machine; a build check keeps clocks,
 * random numbers, threads and unordered collections out of this package. What can be refused is
 * refused before anything changes: {@link io.kelson.server.apply.RequestChecks} at the door from
 * the request alone, {@link io.kelson.server.apply.Operations} and {@link
 * io.kelson.server.apply.TxnRunner} here from the state.
 */
package io.kelson.server.apply;
