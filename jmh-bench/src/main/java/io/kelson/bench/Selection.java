package io.kelson.bench;

import java.util.List;
import java.util.function.Predicate;

/**
 * What {@code --only} leaves of a run.
 *
 * @param beginnings of the names that are wanted; all names are if there is none
 */
record Selection(List<String> beginnings) implements Predicate<String> {
  @Override
  public boolean test(String name) {
    return beginnings.isEmpty() || beginnings.stream().anyMatch(name::startsWith);
  }
}
