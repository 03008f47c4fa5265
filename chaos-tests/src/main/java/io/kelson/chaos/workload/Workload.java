package io.kelson.chaos.workload;

import io.kelson.chaos.check.Checker;
import java.util.List;

/** What clients do, and what must hold of it. */
public interface Workload {
  /** Short, in lower case with dashes. */
  String name();

  /** One line for {@code kelson-chaos list}. */
  String describe();

  /** Which checkers judge it, beside those that judge every run. */
  List<Checker> checkers();

  /** Fills the store, before the first fault. */
  void prepare(Session session) throws InterruptedException;

  /**
   * One client: works until the session says that the time is up. Runs on a thread of its own;
   * errors of calls are recorded, not thrown.
   *
   * @param index of the client, from 0
   */
  void work(Session session, int index) throws InterruptedException;
}
