/**
 * Users, roles and what they may do; tokens and passwords by which callers are known.
 *
 * <p>{@link io.kelson.server.auth.AuthState} is a value that follows from the log: the apply thread
 * makes the next one with {@link io.kelson.server.auth.AuthEdit} and publishes it through {@link
 * io.kelson.server.auth.AuthStore}. Whoever serves a call turns what the caller sent into a {@link
 * io.kelson.server.auth.Caller} and asks a state whether that one may do it. Tokens are not part of
 * the state: each member remembers them by its own clock.
 */
package io.kelson.server.auth;
