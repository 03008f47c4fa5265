package io.kelson.server.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.management.ManagementFactory;

/** The process and its JVM, under the names of the client library; open files as etcd has them. */
final class JvmPart implements Scrape.Part {
  private final PrometheusRegistry registry = new PrometheusRegistry();

  JvmPart() {
    ProcessMetrics.builder().register(registry);
    JvmMemoryMetrics.builder().register(registry);
    JvmGarbageCollectorMetrics.builder().register(registry);
    JvmThreadsMetrics.builder().register(registry);
    JvmBufferPoolMetrics.builder().register(registry);
  }

  @Override
  public void collect(Scrape into) {
    into.addAll(registry.scrape());
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os) {
      into.gauge("os_fd_used", "Open files.", os.getOpenFileDescriptorCount());
      into.gauge("os_fd_limit", "Most files that may be open.", os.getMaxFileDescriptorCount());
    }
  }
}
