package io.kelson.bench.scenario;

import io.kelson.bench.Ratios;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What one run of a scenario came to in one row; its components are fields of the JSON result.
 *
 * @param value in the row's unit
 * @param idle the same without what is looked at, on the same cluster; 0 if there is no such thing
 * @param parts what else was read, by names that begin with the unit
 * @param samples what the value was taken from; may be empty
 * @param errors operations that failed while it was measured, by text
 */
record Reading(
    double value,
    double idle,
    Map<String, Double> parts,
    List<Double> samples,
    Map<String, Long> errors) {

  /** A value and nothing beside it. */
  static Reading of(double value) {
    return new Reading(value, 0, Map.of(), List.of(), Map.of());
  }

  /** One that was taken from these, in the order in which they came about. */
  static Reading of(double value, List<Double> samples) {
    return new Reading(value, 0, Map.of(), List.copyOf(samples), Map.of());
  }

  /** The same with one more part. */
  Reading with(String name, double part) {
    Map<String, Double> more = new LinkedHashMap<>(parts);
    more.put(name, part);
    return new Reading(value, idle, more, samples, errors);
  }

  /** The value by what it is idle; 0 if there is no such thing. */
  double ownRatio() {
    return Ratios.ratio(value, idle);
  }

  /** Each figure's median, over several runs; samples stay with the runs. */
  static Reading median(List<Reading> readings) {
    Map<String, Double> parts = new LinkedHashMap<>();
    for (String name : readings.get(0).parts().keySet()) {
      parts.put(name, median(readings, reading -> reading.parts().getOrDefault(name, 0.0)));
    }
    Map<String, Long> errors = new TreeMap<>();
    for (Reading reading : readings) {
      reading.errors().forEach((text, count) -> errors.merge(text, count, Long::sum));
    }
    return new Reading(
        median(readings, Reading::value),
        median(readings, Reading::idle),
        parts,
        List.of(),
        errors);
  }

  static double median(List<Reading> readings, ToDoubleFunction<Reading> figure) {
    return Ratios.median(readings.stream().mapToDouble(figure).toArray());
  }
}
