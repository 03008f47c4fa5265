/**
 * Keys kept in memory and up to date: {@link io.kelson.client.cache.ListWatch} lists a prefix and
 * follows it without a gap, {@link io.kelson.client.cache.Cache} answers reads from what that
 * brings.
 */
package io.kelson.client.cache;
