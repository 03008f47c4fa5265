package io.kelson.server.metrics;

import io.kelson.raft.runtime.RaftStatus;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.PurgeLoop;
import io.kelson.server.rpc.ClientDoor;
import io.kelson.server.rpc.SlowRequests;
import io.kelson.server.watch.WatchHub;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Whom to ask when somebody scrapes; all of them answer any thread at once.
 *
 * @param self this member's id
 * @param members ids of all members, this one included
 * @param isLearner whether this one is a learner
 * @param status where it stands
 * @param quotaBytes largest size of the store; 0 or less: what its disk has room for
 * @param storeDirectory on the disk that may fill up
 */
public record Sources(
    long self,
    Supplier<Set<Long>> members,
    BooleanSupplier isLearner,
    Supplier<RaftStatus> status,
    MvccStore store,
    PurgeLoop purge,
    WatchHub watches,
    ClientDoor door,
    SlowRequests slowRequests,
    long quotaBytes,
    Path storeDirectory) {}
