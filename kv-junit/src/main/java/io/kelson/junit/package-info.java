/**
 * A Kelson cluster for JUnit tests, in the test's own JVM.
 *
 * <pre>{@code
 * @KelsonCluster(nodes = 3)
 * class OrdersTest {
 *   @Test
 *   void storesAnOrder(KelsonClient client, LocalCluster cluster) { ... }
 * }
 * }</pre>
 */
package io.kelson.junit;
