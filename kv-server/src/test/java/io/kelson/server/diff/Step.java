package io.kelson.server.diff;

/** One thing done to both sides. It knows all that was drawn, so that it can be done again. */
interface Step {
  /** Which calls it needs. */
  Family family();

  /** Does it and compares the answers. */
  void run(Session session) throws Divergence, InterruptedException;

  /** A step out of its parts. */
  static Step of(Family family, Action action) {
    return new Step() {
      @Override
      public Family family() {
        return family;
      }

      @Override
      public void run(Session session) throws Divergence, InterruptedException {
        action.on(session);
      }
    };
  }

  /** What a step does. */
  interface Action {
    void on(Session session) throws Divergence, InterruptedException;
  }
}
