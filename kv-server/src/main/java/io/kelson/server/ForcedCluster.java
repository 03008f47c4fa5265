package io.kelson.server;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RestoredLog;
import io.kelson.raft.core.SnapshotInstall;
import io.kelson.raft.log.SegmentedLog;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import io.kelson.raft.transport.PeerSecurity;
import io.kelson.server.cluster.DataDirectory;
import io.kelson.server.cluster.MemberIds;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.membership.Joining;
import io.kelson.server.membership.Members;
import io.kelson.server.mvcc.MvccStore;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code --force-new-cluster}: a member that goes on alone with what it has, because the majority
 * is lost for good.
 *
 * <p>It appends to its log, by nobody's leave, a configuration of which it is the only member, and
 * all others are gone for ever. As the configuration in force is the latest in the log, it is then
 * elected by itself, commits all its log holds, and everything else follows as after any change of
 * members. Entries that nobody had heard to be committed are kept: some of them may have been
 * acknowledged.
 */
final class ForcedCluster {
  private static final Logger LOG = LoggerFactory.getLogger(ForcedCluster.class);

  private final DataDirectory directory;
  private final Origin origin;
  private final ServerConfig config;

  private ForcedCluster(DataDirectory directory, Origin origin, ServerConfig config) {
    this.directory = directory;
    this.origin = origin;
    this.config = config;
  }

  /**
   * Whether this start is to make the member a cluster of its own. A start that is asked a second
   * time, as by a supervisor, does it no more; a start that is not asked arms it again.
   *
   * @throws StartFailure if there is nothing to go on with
   */
  static boolean isWanted(ServerConfig config, DataDirectory directory)
      throws StartFailure, IOException {
    if (!config.cluster().forceNewCluster()) {
      directory.forgetForced();
      return false;
    }
    if (directory.isForced()) {
      LOG.warn(
          "--force-new-cluster was carried out at an earlier start and is ignored now; take it out of the flags");
      return false;
    }
    if (!directory.hasBegun() || directory.isFounding()) {
      throw new StartFailure(
          ("--force-new-cluster keeps what a member of a cluster has, and data directory %s holds nothing "
                  + "that it got as one; start without the flag, or restore a backup with an --initial-cluster of "
                  + "this member alone")
              .formatted(directory.path()),
          null);
    }
    return true;
  }

  /**
   * Makes it so, durably, before the node starts.
   *
   * @throws StartFailure if another member still runs
   */
  static void carryOut(
      ServerConfig config,
      DataDirectory directory,
      Origin origin,
      SegmentedLog log,
      MvccStore store,
      PeerSecurity security)
      throws StartFailure, IOException {
    new ForcedCluster(directory, origin, config).force(log, store, security);
  }

  private void force(SegmentedLog log, MvccStore store, PeerSecurity security)
      throws StartFailure, IOException {
    RestoredLog restored = together(log, store.applied());
    ConfigEntry inForce = inForce(restored, store);
    Members members = Members.decode(inForce.context());
    if (isAlone(inForce)) {
      LOG.warn("--force-new-cluster: this member is the only one already");
    } else {
      requireNobodyRuns(members, security);
      append(log, restored, inForce, members);
    }
    directory.markForced();
  }

  /** As a start does it: after a crash in the middle of an installation the log begins again. */
  private static RestoredLog together(SegmentedLog log, LogPosition applied) throws IOException {
    RestoredLog restored = log.restored(0);
    if (applied.index() < restored.base().index()) {
      // The start will say what is wrong with that.
      return restored;
    }
    SnapshotInstall again = restored.maybeReset(applied);
    if (again == null) {
      return restored;
    }
    log.reset(again.position(), again.hardState());
    return log.restored(0);
  }

  /** The latest in the log, or else in the state, or else that of the beginning. */
  private ConfigEntry inForce(RestoredLog restored, MvccStore store) {
    List<Entry> inLog = restored.configEntries();
    ConfigEntry found = origin.config();
    if (!inLog.isEmpty()) {
      found = ConfigEntry.decode(inLog.get(inLog.size() - 1).data());
    } else if (store.config().length > 0) {
      found = ConfigEntry.decode(store.config());
    }
    return found.context().length > 0
        ? found
        : new ConfigEntry(found.configuration(), origin.config().context());
  }

  private boolean isAlone(ConfigEntry inForce) {
    return inForce.configuration().equals(Configuration.of(List.of(self())));
  }

  private long self() {
    return origin.cluster().selfId();
  }

  private void requireNobodyRuns(Members members, PeerSecurity security) throws StartFailure {
    List<List<String>> others =
        Stream.concat(members.members().stream(), members.leaving().stream())
            .filter(peer -> peer.id() != self())
            .map(Members.Peer::peerUrls)
            .toList();
    Optional<String> running = Joining.running(origin.cluster().clusterId(), others, security);
    if (running.isPresent()) {
      throw new StartFailure(
          ("--force-new-cluster is for a member whose cluster is lost, and another member of it answers at %s; "
                  + "stop all others first, or start without the flag")
              .formatted(running.get()),
          null);
    }
  }

  private static String uncertain(long first, long last) {
    return first > last
        ? "no entry in its log is uncertain"
        : "entries %d to %d, of which it is not known whether they were committed, are committed now"
            .formatted(first, last);
  }

  private void append(SegmentedLog log, RestoredLog restored, ConfigEntry inForce, Members members)
      throws IOException {
    HardState promised = restored.hardState();
    long term = promised.term() + 1;
    Entry entry =
        new Entry(
            term, restored.last().index() + 1, EntryType.CONFIG, alone(inForce, members).encode());
    LOG.warn(
        "--force-new-cluster: member {} goes on as the only member of cluster {}, was {}; {}; all other members are"
            + " removed for good",
        MemberIds.text(self()),
        MemberIds.text(origin.cluster().clusterId()),
        inForce.configuration(),
        uncertain(promised.commit() + 1, restored.last().index()));
    log.write(
        new PersistBatch(
            1, new HardState(term, self(), promised.commit()), List.of(entry), List.of(), true));
    log.sync();
  }

  private ConfigEntry alone(ConfigEntry inForce, Members members) {
    Set<Long> gone = new HashSet<>(members.removed());
    Configuration was = inForce.configuration();
    Stream.of(was.voters(), was.outgoing(), was.learners(), was.learnersNext())
        .forEach(gone::addAll);
    members.members().forEach(peer -> gone.add(peer.id()));
    gone.remove(self());
    List<String> peerUrls =
        members.find(self()).map(Members.Peer::peerUrls).orElse(config.initialAdvertisePeerUrls());
    Members alone =
        new Members(
            List.of(new Members.Peer(self(), peerUrls, false)),
            List.of(),
            gone,
            new SecureRandom().nextLong());
    return new ConfigEntry(Configuration.of(List.of(self())), alone.encode());
  }
}
