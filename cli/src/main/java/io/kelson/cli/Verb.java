package io.kelson.cli;

/** A command that is no more than a form and what it does. */
record Verb(Form form, Action action) implements Command {
  /** What a command does. */
  interface Action {
    void run(Flags flags, Session session) throws InterruptedException;
  }

  @Override
  public void run(Flags flags, Session session) throws InterruptedException {
    action.run(flags, session);
  }
}
