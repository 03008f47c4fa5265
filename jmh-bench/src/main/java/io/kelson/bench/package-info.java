/**
 * The load driver, and the runs that put two servers side by side.
 *
 * <p>{@link io.kelson.bench.Bench} is the command for one load on one running cluster; {@link
 * io.kelson.bench.SideBySide} starts clusters of two products in turn and compares them. Both drive
 * the load through {@link io.kelson.bench.LoadDriver}: a few event loops ({@link
 * io.kelson.bench.DriverLoop}) that share the machine with the servers and must cost little.
 */
package io.kelson.bench;
