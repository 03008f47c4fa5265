/**
 * What a member measures, for Prometheus: under etcd's names where etcd has one for it, under
 * {@code kelson_} otherwise.
 *
 * <p>Nobody depends on this package. What happens often is announced to the listeners in here; what
 * can be asked is asked when somebody scrapes, so that nothing is paid in between.
 */
package io.kelson.server.metrics;
