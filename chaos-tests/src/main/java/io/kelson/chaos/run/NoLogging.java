package io.kelson.chaos.run;

/**
 * Configures {@code java.util.logging} to have no handlers, by doing nothing: what the transport
 * says of connections that were cut on purpose is no news.
 */
public final class NoLogging {}
