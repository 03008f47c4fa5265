/**
 * The Java client against real processes: every suite runs unchanged on Kelson and on a stock etcd,
 * which says whether it is the client or the server that a failure is about.
 *
 * <p>A suite is an abstract class; what it runs on are its two subclasses. Without an etcd on the
 * PATH its half is skipped, saying so.
 */
package io.kelson.chaos.client;
