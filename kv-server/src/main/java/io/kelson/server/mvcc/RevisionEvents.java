package io.kelson.server.mvcc;

import io.kelson.api.mvcc.Event;
import java.util.List;

/**
 * What happened at one revision, in the order it happened.
 *
 * @param revision the main revision
 * @param events one per changed key, each with its previous key-value pair where there was one
 */
public record RevisionEvents(long revision, List<Event> events) {}
