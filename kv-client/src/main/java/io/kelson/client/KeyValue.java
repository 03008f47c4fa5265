package io.kelson.client;

/**
 * One key as it stood at some revision.
 *
 * @param key the key, not empty
 * @param createRevision the revision that created it last; 0 in a delete event
 * @param modRevision the revision that changed it last
 * @param version how often it was written since its creation, from 1; 0 in a delete event
 * @param value the value; empty when only keys were asked for
 * @param lease the lease it hangs on; 0 for none
 */
public record KeyValue(
    Bytes key, long createRevision, long modRevision, long version, Bytes value, long lease) {}
