package io.kelson.server.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects everything that is wrong, so that nobody has to start five times to find five faults.
 */
final class Problems {
  private final List<String> found = new ArrayList<>();

  /** Runs a check and keeps what it complains of. */
  void check(Runnable check) {
    try {
      check.run();
    } catch (ConfigException e) {
      found.addAll(e.problems());
    }
  }

  /** The URLs, checked; as they are if something is wrong with them. */
  List<String> urls(String flag, List<String> urls) {
    try {
      return UrlList.requireUrls(flag, urls);
    } catch (ConfigException e) {
      found.addAll(e.problems());
      return List.copyOf(urls);
    }
  }

  void add(String problem) {
    found.add(problem);
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /**
   * @throws ConfigException with all of them, if there are any
   */
  void throwIfAny() {
    if (!found.isEmpty()) {
      throw new ConfigException(found);
    }
  }
}
