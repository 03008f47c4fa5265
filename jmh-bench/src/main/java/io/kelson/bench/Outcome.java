package io.kelson.bench;

/**
 * What a reply means to the operation that its call belongs to.
 *
 * @param kind whether the operation has ended with it
 * @param text what is wrong with a flawed reply; else what is to be counted apart, empty for
 *     nothing
 * @param next the operation's next call if it goes on, else null
 */
public record Outcome(Kind kind, String text, Exchange<?, ?> next) {
  /** The operation succeeded, and there is nothing to add. */
  public static final Outcome DONE = done("");

  /** Whether the operation has ended. */
  public enum Kind {
    /** It succeeded. */
    DONE,
    /** It failed although the server reported no error. */
    FLAWED,
    /** It needs another call. */
    GOES_ON
  }

  /** The operation succeeded, in a way to be counted apart as well. */
  public static Outcome done(String note) {
    return new Outcome(Kind.DONE, note, null);
  }

  /** The operation failed. */
  public static Outcome flawed(String text) {
    return new Outcome(Kind.FLAWED, text, null);
  }

  /** The operation failed if there is such a text. */
  public static Outcome unless(String flaw) {
    return flaw.isEmpty() ? DONE : flawed(flaw);
  }

  /** The operation goes on with another call. */
  public static Outcome then(Exchange<?, ?> next, String note) {
    return new Outcome(Kind.GOES_ON, note, next);
  }
}
