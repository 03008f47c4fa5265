package io.kelson.server.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import java.util.ArrayList;
import java.util.List;

/** One answer to a scrape, while it is collected. Not thread-safe. */
final class Scrape {
  /** Something that has metrics to add. */
  @FunctionalInterface
  interface Part {
    /** Adds them. Any thread, several at a time. */
    void collect(Scrape into);
  }

  private final List<MetricSnapshot> families = new ArrayList<>();

  void add(MetricSnapshot family) {
    families.add(family);
  }

  void addAll(MetricSnapshots more) {
    more.forEach(families::add);
  }

  MetricSnapshots families() {
    return new MetricSnapshots(families);
  }

  void gauge(String name, String help, double value) {
    gauges(name, help).at(Labels.EMPTY, value).add();
  }

  void gauge(String name, String help, boolean value) {
    gauge(name, help, value ? 1 : 0);
  }

  void counter(String name, String help, double value) {
    counters(name, help).at(Labels.EMPTY, value).add();
  }

  Gauges gauges(String name, String help) {
    return new Gauges(GaugeSnapshot.builder().name(name).help(help));
  }

  Counters counters(String name, String help) {
    return name.endsWith("_total")
        ? new Counters(CounterSnapshot.builder().name(name).help(help), null)
        : new Counters(null, UnknownSnapshot.builder().name(name).help(help));
  }

  Histograms histograms(String name, String help) {
    return new Histograms(HistogramSnapshot.builder().name(name).help(help));
  }

  /** A gauge with labels. */
  final class Gauges {
    private final GaugeSnapshot.Builder family;

    private Gauges(GaugeSnapshot.Builder family) {
      this.family = family;
    }

    Gauges at(Labels labels, double value) {
      family.dataPoint(GaugeDataPointSnapshot.builder().labels(labels).value(value).build());
      return this;
    }

    void add() {
      Scrape.this.add(family.build());
    }
  }

  /**
   * A counter with labels.
   *
   * <p>A few of etcd's counters lack the ending that the client library gives to every counter.
   * They travel as values of unknown type, which keep their name; {@link Page} knows them again.
   */
  final class Counters {
    private final CounterSnapshot.Builder family;
    private final UnknownSnapshot.Builder bare;

    private Counters(CounterSnapshot.Builder family, UnknownSnapshot.Builder bare) {
      this.family = family;
      this.bare = bare;
    }

    Counters at(Labels labels, double value) {
      if (bare == null) {
        family.dataPoint(CounterDataPointSnapshot.builder().labels(labels).value(value).build());
      } else {
        bare.dataPoint(UnknownDataPointSnapshot.builder().labels(labels).value(value).build());
      }
      return this;
    }

    void add() {
      Scrape.this.add(bare == null ? family.build() : bare.build());
    }
  }

  /** A histogram with labels. */
  final class Histograms {
    private final HistogramSnapshot.Builder family;

    private Histograms(HistogramSnapshot.Builder family) {
      this.family = family;
    }

    Histograms at(Labels labels, Distribution values) {
      family.dataPoint(
          HistogramDataPointSnapshot.builder()
              .labels(labels)
              .classicHistogramBuckets(ClassicHistogramBuckets.of(values.bounds(), values.counts()))
              .sum(values.sum())
              .build());
      return this;
    }

    void add() {
      Scrape.this.add(family.build());
    }
  }
}
