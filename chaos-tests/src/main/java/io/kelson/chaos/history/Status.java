package io.kelson.chaos.history;

/** What is known of an operation's effect. */
public enum Status {
  /** It was answered. */
  OK,
  /** It certainly had no effect: refused before it was proposed, or never sent. */
  FAILED,
  /** It may have had its effect, or may have it yet. */
  UNKNOWN
}
