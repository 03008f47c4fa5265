package io.kelson.chaos.planted;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** All planted bugs. */
public final class PlantedBugs {
  private static final String RAFT = "raft-core/src/main/java/io/kelson/raft/";
  private static final String SERVER = "kv-server/src/main/java/io/kelson/server/";

  private static final List<PlantedBug> ALL =
      List.of(
          new PlantedBug(
              "ack-before-fsync",
              "the log is acknowledged when it is written, not when it is synced",
              RAFT + "log/LogWriter.java",
              "if (mustSync) { log.sync();",
              "if (mustSync) {",
              "set",
              "power-loss-all"),
          new PlantedBug(
              "stale-read-index",
              "a leader answers linearizable reads without asking whether it still leads",
              RAFT + "core/LeaderRole.java",
              "if (mayUseLease() && lease.covers(nowNanos)) {",
              "if (core.log().commit() >= firstIndex) {",
              "register",
              "isolate-leader"),
          new PlantedBug(
              "follower-reads-at-once",
              "every read is answered from what the asked member has, as if it were serializable",
              SERVER + "rpc/StoreReads.java",
              "void whenFresh(boolean serializable, Runnable read, Consumer<EtcdError> failed) {"
                  + " if (serializable) {",
              "void whenFresh(boolean serializable, Runnable read, Consumer<EtcdError> failed) {"
                  + " if (true) {",
              "register",
              "slow-links"),
          new PlantedBug(
              "commit-without-quorum",
              "a leader commits what its own disk has",
              RAFT + "core/Replication.java",
              "return core.quorum().reached(id -> id == core.self() ? core.log().durable() :"
                  + " match(id));",
              "return core.log().durable();",
              "set",
              "isolate-leader"),
          new PlantedBug(
              "maybe-applied-repeated",
              "a write that may have been applied is proposed again by the next leader",
              SERVER + "rpc/Proposals.java",
              "void leaderElected() {",
              "void leaderElected() {"
                  + " pending.forEach(w -> { if (w.data() != null) { parked.add(w); } });",
              "register",
              "kill-leader"),
          new PlantedBug(
              "watch-from-the-past-begins-late",
              "a watch that starts in the past misses its first revision",
              SERVER + "watch/WatchHub.java",
              "watcher.next = start;",
              "watcher.next = start > published ? start : start + 1;",
              "watch",
              "none"),
          new PlantedBug(
              "progress-too-early",
              "a progress report names a revision whose events are still to come",
              SERVER + "watch/WatchHub.java",
              "reply(stream, response(published, NO_WATCH_ID));",
              "reply(stream, response(published + 1, NO_WATCH_ID));",
              "watch",
              "none"),
          new PlantedBug(
              "watch-without-prev-kv",
              "events of deletes lack the pair before",
              SERVER + "mvcc/EventMaker.java",
              "if (change.before != null) { event.setPrevKv(change.before); }",
              "if (change.before != null && change.after != null) {"
                  + " event.setPrevKv(change.before); }",
              "watch",
              "none"),
          new PlantedBug(
              "slow-watcher-loses-a-revision",
              "a watcher whose stream is full is read for from one revision later on",
              SERVER + "watch/WatchHub.java",
              "watcher.next = revision;",
              "watcher.next = revision + 1;",
              "slow-watch",
              "none"),
          new PlantedBug(
              "refused-history-counts-as-delivered",
              "what was read for a watcher is taken for delivered though its stream is full",
              SERVER + "watch/CatchUp.java",
              "if (events == null || hub.offerPast(watcher, events, storeRevision)) {",
              "if (events == null || hub.offerPast(watcher, events, storeRevision) || true) {",
              "slow-watch",
              "none"),
          new PlantedBug(
              "delete-range-misses-last",
              "a delete of a range leaves the last of its keys",
              SERVER + "mvcc/WriteTxn.java",
              "for (KeyValue pair : deleted) { change(",
              "if (deleted.size() > 1) { deleted.remove(deleted.size() - 1); }"
                  + " for (KeyValue pair : deleted) { change(",
              "txn",
              "none"),
          new PlantedBug(
              "compare-takes-version-for-mod",
              "a compare of the mod revision looks at the version",
              SERVER + "apply/Compares.java",
              "case MOD -> Long.compare(pair.getModRevision(), compare.getModRevision());",
              "case MOD -> Long.compare(pair.getVersion(), compare.getModRevision());",
              "txn",
              "none"),
          new PlantedBug(
              "old-read-one-late",
              "a range of an old revision sees keys as they were one revision later",
              SERVER + "mvcc/HistoryMerge.java",
              "found = EncodedPair.modRevision(pair) <= revision ? pair : null;",
              "found = EncodedPair.modRevision(pair) <= revision + 1 ? pair : null;",
              "txn",
              "none"),
          new PlantedBug(
              "lease-ends-in-two-revisions",
              "the keys of a lease that ends go one by one",
              SERVER + "apply/LeaseCommands.java",
              "txn.delete(KeyRange.of(key, ByteString.EMPTY)); }",
              "txn.delete(KeyRange.of(key, ByteString.EMPTY)); txn.commit();"
                  + " txn = batch.beginTxn(); }",
              "lease",
              "none"),
          new PlantedBug(
              "lease-forgets-renewals",
              "a new leader takes what was left of a lease when it was granted for half of it",
              SERVER + "lease/Lessor.java",
              "long lives = TimeUnit.SECONDS.toMillis(lease.remainingSeconds()) + moreMillis;",
              "long lives = TimeUnit.SECONDS.toMillis(lease.remainingSeconds()) / 2;",
              "lease",
              "kill-leader"),
          new PlantedBug(
              "recent-pair-of-a-transaction-before",
              "a put takes the pair before the last for the newest",
              SERVER + "mvcc/ChangeRows.java",
              "change.slot.writtenAt = writes.valueAt();",
              "change.slot.writtenAt = writes.valueAt(); change.slot.encoded = change.encodedBefore;",
              "txn",
              "none"),
          new PlantedBug(
              "revoked-permission-stays",
              "a permission that is taken from a role is still there",
              SERVER + "auth/AuthEdit.java",
              ".addAllKeyPermission(left)",
              ".addAllKeyPermission(role.getKeyPermissionList())",
              "auth",
              "none"));

  private PlantedBugs() {}

  /** All of them, in the order of the documents. */
  public static List<PlantedBug> all() {
    return ALL;
  }

  /** The one of that id. */
  public static Optional<PlantedBug> find(String id) {
    return ALL.stream().filter(bug -> bug.id().equals(id)).findFirst();
  }

  /** The ids, for messages. */
  public static String ids() {
    return ALL.stream().map(PlantedBug::id).collect(Collectors.joining(", "));
  }
}
