package io.kelson.bench.scenario;

import io.kelson.bench.Draw;
import io.kelson.bench.Ratios;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What one run of a scenario came to in one row; its components are fields of the JSON result.
 *
 * @param value in the row's unit
 * @param idle the same without what is looked at, on the same cluster; 0 if there is no such thing
 * @param parts what else was read, by names that begin with the unit
 * @param samples what the value was taken from; may be empty
 * @param errors operations that failed while it was measured, by text
 * @param redrawn the value as it might have been, drawn again and again from the parts that it was
 *     made of; empty if it was made of one
 * @param idleRedrawn the same without what is looked at; as many, or none
 */
record Reading(
    double value,
    double idle,
    Map<String, Double> parts,
    List<Double> samples,
    Map<String, Long> errors,
    List<Double> redrawn,
    List<Double> idleRedrawn) {
  private static final int REDRAWS = 200;

  /** One that cannot be drawn again. */
  Reading(
      double value,
      double idle,
      Map<String, Double> parts,
      List<Double> samples,
      Map<String, Long> errors) {
    this(value, idle, parts, samples, errors, List.of(), List.of());
  }

  /** A value and nothing beside it. */
  static Reading of(double value) {
    return new Reading(value, 0, Map.of(), List.of(), Map.of());
  }

  /** What is made of these, in the order in which they came about. */
  static Reading of(List<Double> samples, ToDoubleFunction<List<Double>> figure) {
    Draw any = random -> figure.applyAsDouble(drawn(samples, random));
    return new Reading(
        figure.applyAsDouble(samples),
        0,
        Map.of(),
        List.copyOf(samples),
        Map.of(),
        samples.size() < 2 ? List.of() : redrawn(any),
        List.of());
  }

  private static List<Double> drawn(List<Double> samples, SplittableRandom random) {
    return samples.stream().map(any -> samples.get(random.nextInt(samples.size()))).toList();
  }

  /** The same, with what it and its idle value might have been. */
  Reading with(Draw valueAgain, Draw idleAgain) {
    return new Reading(
        value, idle, parts, samples, errors, redrawn(valueAgain), redrawn(idleAgain));
  }

  /** Seeded, so that the same parts always give the same. */
  private static List<Double> redrawn(Draw draw) {
    SplittableRandom random = new SplittableRandom(REDRAWS);
    return Stream.generate(() -> draw.again(random)).limit(REDRAWS).toList();
  }

  /** Draws the value again; nothing if it was made of one part. */
  Optional<Draw> draw() {
    return redrawn.isEmpty()
        ? Optional.empty()
        : Optional.of(random -> redrawn.get(random.nextInt(redrawn.size())));
  }

  /** Draws {@link #ownRatio} again; nothing if it cannot be. */
  Optional<Draw> ownRatioDraw() {
    Draw idleAgain = random -> idleRedrawn.get(random.nextInt(idleRedrawn.size()));
    return idleRedrawn.isEmpty()
        ? Optional.empty()
        : draw().map(valueAgain -> Ratios.ratio(valueAgain, idleAgain));
  }

  /** The same with one more part. */
  Reading with(String name, double part) {
    Map<String, Double> more = new LinkedHashMap<>(parts);
    more.put(name, part);
    return new Reading(value, idle, more, samples, errors, redrawn, idleRedrawn);
  }

  /** The value by what it is idle; 0 if there is no such thing. */
  double ownRatio() {
    return Ratios.ratio(value, idle);
  }

  /**
   * Each figure's median, over several runs; samples, and what they might have been, stay with the
   * runs.
   */
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
