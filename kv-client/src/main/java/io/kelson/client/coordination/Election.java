package io.kelson.client.coordination;

import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeOp.SortOrder;
import io.kelson.client.RangeOp.SortTarget;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Chooses one of several candidates to lead, and tells everybody who it is and what it says.
 *
 * <p>One candidature per session: campaigning again through the same session is the same candidate.
 * Keys are those of etcd's {@code Election} and its Election service, so candidates of both kinds
 * may run against each other. Thread-safe.
 */
public final class Election {
  private final KelsonClient client;
  private final Bytes prefix;

  /** The election of that name. */
  public Election(KelsonClient client, Bytes name) {
    this.client = client;
    this.prefix = name.concat(Bytes.utf8("/"));
  }

  /**
   * Runs for office; the future completes when it is won. Cancelling it withdraws; it fails with
   * {@link SessionLostException} if the session ends first.
   *
   * @param value what to proclaim; kept if this session is a candidate already
   */
  public CompletableFuture<Held> campaignAsync(Session session, Bytes value) {
    Bytes key = prefix.concat(Bytes.utf8(session.leaseName()));
    return new Contender(session, prefix, key, 1).hold(value);
  }

  /** Runs for office and waits until it is won. */
  public Held campaign(Session session, Bytes value) {
    return Futures.await(campaignAsync(session, value));
  }

  /** Runs for office and withdraws when it is not won in time; empty then. */
  public Optional<Held> campaign(Session session, Bytes value, Duration atMost) {
    return Futures.await(campaignAsync(session, value), atMost);
  }

  /**
   * Says something as the leader.
   *
   * @return false when the office is no longer held: then nothing was said
   */
  public boolean proclaim(Held office, Bytes value) {
    TxnOp say =
        TxnOp.builder()
            .when(office.stillHeld())
            .then(PutOp.builder(office.key(), value).ignoreLease(true).build())
            .build();
    return client.repeatableTxn(say).succeeded();
  }

  /** Who leads now, if anybody does. To resign, close what {@link #campaign} returned. */
  public Optional<Leader> leader() {
    return leader(client.range(oldest()));
  }

  /**
   * Tells who leads, now and from now on: each new leader and each proclamation, in order. When
   * candidates come and go fast, one that led only while the next was being looked up is left out.
   *
   * @param listener called by one thread at a time; what it throws ends the observation
   */
  public ElectionObserver observe(Consumer<Leader> listener) {
    ElectionObserver observer = new ElectionObserver(client, prefix, oldest(), listener);
    observer.look();
    return observer;
  }

  private RangeOp oldest() {
    return RangeOp.builder(prefix)
        .prefix()
        .sort(SortTarget.CREATE, SortOrder.ASCEND)
        .limit(1)
        .build();
  }

  private static Optional<Leader> leader(RangeResult found) {
    return found.kvs().stream().findFirst().map(Leader::of);
  }
}
