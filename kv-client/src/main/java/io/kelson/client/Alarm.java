package io.kelson.client;

/**
 * An alarm that is up.
 *
 * @param memberId the member it concerns, unsigned
 * @param type {@code NOSPACE}, {@code CORRUPT}, or the number of a type this client does not know
 */
public record Alarm(long memberId, String type) {}
