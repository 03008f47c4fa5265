package io.kelson.examples.orchestrator.work;

/**
 * What became of a transaction.
 *
 * @param happened whether it changed anything; if not, it was made from an old view
 * @param revision the store's revision then: a view that has come this far shows why
 */
public record Outcome(boolean happened, long revision) {}
