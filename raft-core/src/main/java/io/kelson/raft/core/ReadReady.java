package io.kelson.raft.core;

/**
 * A read asked for by {@link Input.Read} may be answered from a state that has applied {@code
 * index}.
 *
 * @param id the number given in the input
 * @param index the read index
 */
public record ReadReady(long id, long index) {}
