package io.kelson.raft.core;

import io.kelson.raft.membership.ConfigEntry;
import java.util.ArrayList;
import java.util.List;

/** Collects what one step asks of the world. */
final class Outbox {
  private List<Message> send = List.of();
  private List<Message> sendAfter = List.of();
  private List<LogFetch> fetches = List.of();
  private List<ReadReady> readsReady = List.of();
  private List<Rejection> rejections = List.of();
  private List<RoleChange> roleChanges = List.of();
  private List<SnapshotRequest> snapshots = List.of();
  private ConfigEntry activated;
  private LogPosition cut;
  private SnapshotInstall install;

  void send(Message message) {
    send = add(send, message);
  }

  void sendAfter(Message message) {
    sendAfter = add(sendAfter, message);
  }

  void fetch(LogFetch fetch) {
    fetches = add(fetches, fetch);
  }

  void ready(long read, long index) {
    readsReady = add(readsReady, new ReadReady(read, index));
  }

  void reject(Rejection.What what, long id, Rejection.Reason reason) {
    rejections = add(rejections, new Rejection(what, id, reason));
  }

  void changed(RoleChange change) {
    roleChanges = add(roleChanges, change);
  }

  void activated(ConfigEntry config) {
    activated = config;
  }

  void cut(LogPosition position) {
    cut = position;
  }

  void snapshot(SnapshotRequest request) {
    snapshots = add(snapshots, request);
  }

  void install(SnapshotInstall snapshot) {
    install = snapshot;
  }

  boolean hasSendAfter() {
    return !sendAfter.isEmpty();
  }

  /** The messages that wait for this step's write; they count as taken from here on. */
  List<Message> takeSendAfter() {
    List<Message> taken = sendAfter;
    sendAfter = List.of();
    return taken;
  }

  /** Everything collected, and what the caller adds; the outbox is empty afterwards. */
  Effects take(PersistBatch persist, Committed committed) {
    boolean nothing =
        persist == null
            && committed == null
            && send.isEmpty()
            && fetches.isEmpty()
            && readsReady.isEmpty()
            && rejections.isEmpty()
            && roleChanges.isEmpty()
            && activated == null
            && cut == null
            && snapshots.isEmpty()
            && install == null;
    if (nothing) {
      return Effects.NONE;
    }
    Effects effects =
        new Effects(
            send,
            fetches,
            persist,
            committed,
            readsReady,
            rejections,
            roleChanges,
            activated,
            cut,
            snapshots,
            install);
    send = List.of();
    fetches = List.of();
    readsReady = List.of();
    rejections = List.of();
    roleChanges = List.of();
    activated = null;
    cut = null;
    snapshots = List.of();
    install = null;
    return effects;
  }

  // Most steps fill one list or two: the others stay the shared empty one.
  private static <T> List<T> add(List<T> list, T item) {
    List<T> target = list.isEmpty() ? new ArrayList<>(4) : list;
    target.add(item);
    return target;
  }
}
