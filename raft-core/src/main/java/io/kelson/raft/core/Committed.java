package io.kelson.raft.core;

import java.util.List;

/**
 * Entries to apply next, in order and each once.
 *
 * @param lo index of the first
 * @param hi one past the index of the last
 * @param entries the entries themselves, or an empty list if the core no longer holds them and they
 *     are to be read from the log; being committed they cannot change there
 */
public record Committed(long lo, long hi, List<Entry> entries) {}
