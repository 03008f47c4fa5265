package io.kelson.server.apply;

import com.google.protobuf.MessageLite;
import io.kelson.api.CompactionRequest;
import io.kelson.api.CompactionResponse;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.PutRequest;
import io.kelson.api.ResponseHeader;
import io.kelson.api.TxnRequest;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.runtime.StateMachine;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import io.kelson.server.auth.AuthException;
import io.kelson.server.auth.AuthStore;
import io.kelson.server.maintenance.MaintenanceStore;
import io.kelson.server.mvcc.ApplyBatch;
import io.kelson.server.mvcc.CompactedException;
import io.kelson.server.mvcc.EventListener;
import io.kelson.server.mvcc.FutureRevisionException;
import io.kelson.server.mvcc.LeaseListener;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.mvcc.WriteTxn;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.proto.MemberAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Turns committed log entries into state changes and answers.
 *
 * <p>A function of the entries: it looks at no clock, draws no number and reads nothing but the
 * store. After each group the order is: write, publish the view, tell the listener of leases,
 * report results in log order, let the waiters be woken, tell the listener of the events.
 */
public final class Applier implements StateMachine {
  /** What became of a request somebody waits for: one of response and error is null. */
  private record Outcome(long requestId, MessageLite response, EtcdError error) {}

  private final MvccStore store;
  private final ApplyResults results;
  private final EventListener events;
  private final Consumer<ReceivedSnapshot> installer;
  private final Consumer<byte[]> configs;
  private final LeaseListener leases;
  private final AuthCommands auth;
  private final MaintenanceCommands maintenance;
  private final EntryDecoder decoder = new EntryDecoder();

  /** Of every answer: the apply thread sets what is different each time. */
  private final ResponseHeader.Builder header;

  /**
   * @param clusterId for response headers
   * @param memberId this member, for response headers
   * @param results where outcomes go
   * @param events who hears of changes
   */
  public Applier(
      MvccStore store, long clusterId, long memberId, ApplyResults results, EventListener events) {
    this(
        store,
        clusterId,
        memberId,
        results,
        events,
        snapshot -> {
          throw new UnsupportedOperationException("this store takes no snapshots: " + snapshot);
        },
        config -> {},
        changes -> {});
  }

  /**
   * @param installer puts a snapshot in the place of the store's state
   * @param configs told the data of each configuration entry that was applied, or came with a
   *     snapshot
   * @param leases who hears of leases that come and go
   */
  public Applier(
      MvccStore store,
      long clusterId,
      long memberId,
      ApplyResults results,
      EventListener events,
      Consumer<ReceivedSnapshot> installer,
      Consumer<byte[]> configs,
      LeaseListener leases) {
    this(
        store,
        clusterId,
        memberId,
        results,
        events,
        installer,
        configs,
        leases,
        new AuthStore(store, effect -> {}),
        new MaintenanceStore(store));
  }

  /**
   * @param installer puts a snapshot in the place of the store's state
   * @param configs told the data of each configuration entry that was applied, or came with a
   *     snapshot
   * @param leases who hears of leases that come and go
   * @param auth who may do what, as of the entries applied
   * @param maintenance which alarms there are, as of the entries applied
   */
  public Applier(
      MvccStore store,
      long clusterId,
      long memberId,
      ApplyResults results,
      EventListener events,
      Consumer<ReceivedSnapshot> installer,
      Consumer<byte[]> configs,
      LeaseListener leases,
      AuthStore auth,
      MaintenanceStore maintenance) {
    this.store = store;
    this.header = ResponseHeader.newBuilder().setClusterId(clusterId).setMemberId(memberId);
    this.results = results;
    this.events = events;
    this.installer = installer;
    this.configs = configs;
    this.leases = leases;
    this.auth = new AuthCommands(auth);
    this.maintenance = new MaintenanceCommands(maintenance);
  }

  @Override
  public byte[] config() {
    return store.config();
  }

  @Override
  public LogPosition durable() {
    return store.durablyApplied();
  }

  @Override
  public void stopWaiting() {
    store.stopWaiting();
  }

  @Override
  public LogPosition flush() {
    return store.flush();
  }

  @Override
  public LogPosition settle() {
    return store.settle();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Watchers have been told on return.
   *
   * @throws io.kelson.server.mvcc.StoreException if it could not be installed; the node must stop
   */
  @Override
  public void install(ReceivedSnapshot snapshot) {
    installer.accept(snapshot);
    auth.replaced(store);
    maintenance.replaced(store);
    events.historyReplaced();
    if (store.config().length > 0) {
      configs.accept(store.config());
    }
  }

  @Override
  public LogPosition applied() {
    return store.applied();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if an entry cannot be decoded or is of a newer version
   * @throws io.kelson.server.mvcc.StoreException if the store cannot be written
   */
  @Override
  public void apply(List<Entry> entries) {
    AuthCommands.forEachRun(entries, this::applyRun);
  }

  private void applyRun(List<Entry> entries) {
    List<Outcome> outcomes = new ArrayList<>(entries.size());
    List<RevisionEvents> changes;
    List<LeaseListener.Change> leaseChanges;
    try (ApplyBatch batch = store.newBatch()) {
      for (Entry entry : entries) {
        switch (entry.type()) {
          case NORMAL -> applyCommand(entry, batch, outcomes);
          case CONFIG -> batch.putConfig(entry.data());
          case NOOP -> {}
        }
        batch.appliedTo(entry.position());
      }
      changes = batch.commit();
      leaseChanges = batch.leases().comingsAndGoings();
    }
    auth.committed();
    maintenance.committed();
    if (!leaseChanges.isEmpty()) {
      leases.leasesChanged(leaseChanges);
    }
    report(outcomes);
    for (Entry entry : entries) {
      if (entry.type() == EntryType.CONFIG) {
        configs.accept(entry.data());
      }
    }
    if (!changes.isEmpty()) {
      events.applied(changes);
    }
  }

  private void report(List<Outcome> outcomes) {
    for (Outcome outcome : outcomes) {
      if (outcome.error() == null) {
        results.succeeded(outcome.requestId(), outcome.response());
      } else {
        results.failed(outcome.requestId(), outcome.error());
      }
    }
    results.flush();
  }

  private void applyCommand(Entry entry, ApplyBatch batch, List<Outcome> outcomes) {
    InternalRequest request = decoder.decode(entry);
    boolean waiting = results.isWaiting(request.getId());
    Outcome outcome;
    try {
      auth.requireAllowed(request, batch);
      maintenance.requireNoAlarm(request);
      outcome = new Outcome(request.getId(), execute(request, entry, batch, waiting), null);
    } catch (RefusedException e) {
      outcome = new Outcome(request.getId(), null, e.error());
    } catch (AuthException e) {
      outcome = new Outcome(request.getId(), null, e.error());
    }
    if (waiting) {
      outcomes.add(outcome);
    }
  }

  /** What to answer; may be null if nobody waits. */
  private MessageLite execute(
      InternalRequest request, Entry entry, ApplyBatch batch, boolean waiting) {
    return switch (request.getRequestCase()) {
      case PUT -> put(request.getPut(), entry.term(), batch, waiting);
      case DELETE_RANGE -> delete(request.getDeleteRange(), entry.term(), batch, waiting);
      case TXN -> txn(request.getTxn(), entry.term(), batch, waiting);
      case COMPACTION -> compact(request.getCompaction(), entry.term(), batch);
      case LEASE_GRANT, LEASE_REVOKE, LEASE_EXPIRY, LEASE_CHECKPOINTS ->
          LeaseCommands.execute(request, entry, batch, this::header);
      case MEMBER_ATTRIBUTES -> member(request.getMemberAttributes(), batch);
      case AUTH_ENABLE,
          AUTH_DISABLE,
          AUTH_LOGIN,
          AUTH_USER_ADD,
          AUTH_USER_DELETE,
          AUTH_USER_CHANGE_PASSWORD,
          AUTH_USER_GRANT_ROLE,
          AUTH_USER_REVOKE_ROLE,
          AUTH_ROLE_ADD,
          AUTH_ROLE_DELETE,
          AUTH_ROLE_GRANT_PERMISSION,
          AUTH_ROLE_REVOKE_PERMISSION ->
          auth.execute(request, entry, batch, this::header);
      case ALARM, DOWNGRADE, HASH_CHECK -> maintenance.execute(request, entry, batch, this::header);
      case REQUEST_NOT_SET ->
          throw new IllegalStateException(
              "log entry "
                  + entry
                  + " holds a request this version does not know; start the version that wrote it");
    };
  }

  private MessageLite put(PutRequest put, long term, ApplyBatch batch, boolean waiting) {
    WriteTxn txn = batch.beginTxn();
    Operations.requirePossible(put, txn);
    KeyValue previous = Operations.put(put, txn);
    long revision = txn.commit();
    return waiting ? Operations.response(put, previous, header(term, revision)).build() : null;
  }

  private MessageLite delete(
      DeleteRangeRequest delete, long term, ApplyBatch batch, boolean waiting) {
    WriteTxn txn = batch.beginTxn();
    var response = Operations.delete(delete, txn);
    long revision = txn.commit();
    return waiting ? response.setHeader(header(term, revision)).build() : null;
  }

  private MessageLite txn(TxnRequest request, long term, ApplyBatch batch, boolean waiting) {
    WriteTxn txn = batch.beginTxn();
    TxnPlan plan = TxnPlan.of(request, txn);
    TxnRunner.requirePossible(plan, txn);
    var response = TxnRunner.run(plan, txn, waiting);
    long revision = txn.commit();
    return waiting ? response.setHeader(header(term, revision)).build() : null;
  }

  private MessageLite compact(CompactionRequest request, long term, ApplyBatch batch) {
    try {
      batch.compact(request.getRevision());
    } catch (CompactedException e) {
      throw new RefusedException(EtcdError.COMPACTED);
    } catch (FutureRevisionException e) {
      throw new RefusedException(EtcdError.FUTURE_REVISION);
    }
    return CompactionResponse.newBuilder().setHeader(header(term, batch.revision())).build();
  }

  /** There is no such call in the API: the answer is the attributes themselves. */
  private static MessageLite member(MemberAttributes attributes, ApplyBatch batch) {
    batch.putMember(attributes);
    return attributes;
  }

  private ResponseHeader header(long term, long revision) {
    return header.setRevision(revision).setRaftTerm(term).build();
  }
}
