package io.kelson.chaos.workload;

/** A session of a run whose whole log is being watched. */
public interface LoggedSession extends Session {
  /**
   * The newest revision that has been received of the log. Compacting beyond it would take away
   * from the checkers what they judge by.
   */
  long loggedRevision();

  /** Where compacting may go from what a workload would like; 0 if it knows of no log. */
  static long compactable(Session session, long wanted) {
    return session instanceof LoggedSession logged ? Math.min(wanted, logged.loggedRevision()) : 0;
  }
}
