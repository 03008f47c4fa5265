package io.kelson.server.auth;

import java.util.SortedMap;

/**
 * What a command has come to.
 *
 * @param after the state after it; the same object as before if nothing has changed
 * @param rows what to write, by name; null takes a row away
 * @param tokens what becomes of tokens
 */
public record AuthChange(AuthState after, SortedMap<String, byte[]> rows, TokenEffect tokens) {}
