/**
 * Microbenchmarks (JMH) of single parts, each on one thread; run them with {@code jmh-bench/micro}.
 */
package io.kelson.bench.micro;
