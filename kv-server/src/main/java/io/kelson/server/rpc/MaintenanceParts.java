package io.kelson.server.rpc;

import io.kelson.server.maintenance.MaintenanceStore;
import io.kelson.server.maintenance.SpaceWatch;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;

/**
 * What the maintenance service stands on beside the store.
 *
 * @param state alarms, and whether a downgrade is under way
 * @param space how large the store may become
 * @param isVoter whether a member may lead
 * @param transfer asks consensus to hand leadership over
 * @param reclaim begins to give space back to the file system, and returns at once
 */
public record MaintenanceParts(
    MaintenanceStore state,
    SpaceWatch space,
    LongPredicate isVoter,
    LongConsumer transfer,
    Runnable reclaim) {}
