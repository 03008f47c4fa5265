package io.kelson.chaos.check;

/** Looks for broken promises of one kind. Stateless; must end, whatever it is given. */
public interface Checker {
  /** Short, in lower case with dashes, as it appears in reports. */
  String name();

  /** Judges one run. */
  Verdict check(Evidence evidence);
}
