package io.kelson.cli;

/**
 * Configures {@code java.util.logging} to have no handlers, by doing nothing: the runtime makes one
 * of these instead of reading its own configuration, which would take a tenth of a command's time.
 */
public final class NoLogging {}
