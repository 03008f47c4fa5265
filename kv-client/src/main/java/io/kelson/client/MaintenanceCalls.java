package io.kelson.client;

import static io.kelson.client.Blocking.await;

import io.kelson.api.AlarmRequest;
import io.kelson.api.AlarmRequest.AlarmAction;
import io.kelson.api.DefragmentRequest;
import io.kelson.api.DowngradeRequest;
import io.kelson.api.DowngradeRequest.DowngradeAction;
import io.kelson.api.HashKVRequest;
import io.kelson.api.HashRequest;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.MoveLeaderRequest;
import io.kelson.api.StatusRequest;
import io.kelson.client.UnaryCalls.Effect;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The calls of operators: etcd's Maintenance service. (The snapshot is {@link
 * KelsonClient#snapshot}.)
 *
 * <p>Got from {@link KelsonClient#maintenance}. Calls that name an endpoint, one of {@link
 * KelsonClient#endpoints}, concern that member and go nowhere else. Errors are {@link
 * EtcdException}s. Thread-safe.
 */
public final class MaintenanceCalls {
  private final UnaryCalls calls;
  private final Endpoints endpoints;

  MaintenanceCalls(UnaryCalls calls, Endpoints endpoints) {
    this.calls = calls;
    this.endpoints = endpoints;
  }

  /** Asks the member at {@code endpoint} how it is doing. */
  public CompletableFuture<EndpointStatus> statusAsync(String endpoint) {
    return calls.callAt(
        endpoints.named(endpoint),
        MaintenanceGrpc.getStatusMethod(),
        StatusRequest.getDefaultInstance(),
        Effect.READS,
        WireMaintenance::status);
  }

  /** Asks the member at {@code endpoint} how it is doing and waits. */
  public EndpointStatus status(String endpoint) {
    return await(statusAsync(endpoint), Effect.READS);
  }

  /** Lists the alarms that are up. */
  public CompletableFuture<List<Alarm>> alarmsAsync() {
    return alarm(AlarmAction.GET, 0, AlarmType.NONE, Effect.READS);
  }

  /** Lists the alarms that are up and waits for them. */
  public List<Alarm> alarms() {
    return await(alarmsAsync(), Effect.READS);
  }

  /**
   * Raises an alarm.
   *
   * @param memberId the member it concerns, unsigned
   * @return the alarm, if it was not up already
   */
  public CompletableFuture<List<Alarm>> armAsync(long memberId, AlarmType type) {
    return alarm(AlarmAction.ACTIVATE, memberId, type, Effect.WRITES);
  }

  /** Raises an alarm and waits until that is durable. */
  public List<Alarm> arm(long memberId, AlarmType type) {
    return await(armAsync(memberId, type), Effect.WRITES);
  }

  /**
   * Takes an alarm down; disarming one that is not up is no error.
   *
   * @param memberId the member it concerns, unsigned
   * @return the alarm, if it was up
   */
  public CompletableFuture<List<Alarm>> disarmAsync(long memberId, AlarmType type) {
    return alarm(AlarmAction.DEACTIVATE, memberId, type, Effect.WRITES);
  }

  /** Takes an alarm down and waits until that is durable. */
  public List<Alarm> disarm(long memberId, AlarmType type) {
    return await(disarmAsync(memberId, type), Effect.WRITES);
  }

  private CompletableFuture<List<Alarm>> alarm(
      AlarmAction action, long memberId, AlarmType type, Effect effect) {
    return calls.call(
        MaintenanceGrpc.getAlarmMethod(),
        AlarmRequest.newBuilder()
            .setAction(action)
            .setMemberID(memberId)
            .setAlarmValue(type.ordinal())
            .build(),
        effect,
        WireMaintenance::alarms);
  }

  /**
   * Has the member at {@code endpoint} give back the space of what was deleted. On etcd that member
   * answers nobody meanwhile.
   *
   * @return a header of zeros from etcd, which sends none
   */
  public CompletableFuture<Header> defragmentAsync(String endpoint) {
    return calls.callAt(
        endpoints.named(endpoint),
        MaintenanceGrpc.getDefragmentMethod(),
        DefragmentRequest.getDefaultInstance(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Has the member at {@code endpoint} give back space and waits until it is done. */
  public Header defragment(String endpoint) {
    return await(defragmentAsync(endpoint), Effect.WRITES);
  }

  /** Hashes everything the member at {@code endpoint} stores, which takes time. */
  public CompletableFuture<HashResult> hashAsync(String endpoint) {
    return calls.callAt(
        endpoints.named(endpoint),
        MaintenanceGrpc.getHashMethod(),
        HashRequest.getDefaultInstance(),
        Effect.READS,
        WireMaintenance::hash);
  }

  /** Hashes everything the member at {@code endpoint} stores and waits for it. */
  public HashResult hash(String endpoint) {
    return await(hashAsync(endpoint), Effect.READS);
  }

  /**
   * Hashes the keys of the member at {@code endpoint} and their history.
   *
   * @param revision up to this revision; 0 for the newest
   */
  public CompletableFuture<HashResult> hashKvAsync(String endpoint, long revision) {
    return calls.callAt(
        endpoints.named(endpoint),
        MaintenanceGrpc.getHashKVMethod(),
        HashKVRequest.newBuilder().setRevision(revision).build(),
        Effect.READS,
        WireMaintenance::hashKv);
  }

  /** Hashes the keys of the member at {@code endpoint} and waits for it. */
  public HashResult hashKv(String endpoint, long revision) {
    return await(hashKvAsync(endpoint, revision), Effect.READS);
  }

  /**
   * Has the leader hand over to another member.
   *
   * @param endpoint the leader's; another member refuses with {@link ErrorCode#FAILED_PRECONDITION}
   * @param memberId who is to lead, unsigned; must have a vote
   * @return a header of zeros from etcd, which sends none
   */
  public CompletableFuture<Header> moveLeaderAsync(String endpoint, long memberId) {
    return calls.callAt(
        endpoints.named(endpoint),
        MaintenanceGrpc.getMoveLeaderMethod(),
        MoveLeaderRequest.newBuilder().setTargetID(memberId).build(),
        Effect.WRITES,
        response -> Wire.header(response.getHeader()));
  }

  /** Has the leader hand over to another member and waits until it has. */
  public Header moveLeader(String endpoint, long memberId) {
    return await(moveLeaderAsync(endpoint, memberId), Effect.WRITES);
  }

  /** Asks whether the cluster could be downgraded to {@code version}, as {@code 3.6}. */
  public CompletableFuture<DowngradeResult> downgradeValidateAsync(String version) {
    return downgrade(DowngradeAction.VALIDATE, version, Effect.READS);
  }

  /** Asks whether the cluster could be downgraded and waits for the answer. */
  public DowngradeResult downgradeValidate(String version) {
    return await(downgradeValidateAsync(version), Effect.READS);
  }

  /** Lets members of {@code version}, one minor below the cluster's, join. */
  public CompletableFuture<DowngradeResult> downgradeEnableAsync(String version) {
    return downgrade(DowngradeAction.ENABLE, version, Effect.WRITES);
  }

  /** Lets members of {@code version} join and waits until that is durable. */
  public DowngradeResult downgradeEnable(String version) {
    return await(downgradeEnableAsync(version), Effect.WRITES);
  }

  /** Gives a downgrade up; without one under way nothing happens. */
  public CompletableFuture<DowngradeResult> downgradeCancelAsync() {
    return downgrade(DowngradeAction.CANCEL, "", Effect.WRITES);
  }

  /** Gives a downgrade up and waits until that is durable. */
  public DowngradeResult downgradeCancel() {
    return await(downgradeCancelAsync(), Effect.WRITES);
  }

  private CompletableFuture<DowngradeResult> downgrade(
      DowngradeAction action, String version, Effect effect) {
    return calls.call(
        MaintenanceGrpc.getDowngradeMethod(),
        DowngradeRequest.newBuilder().setAction(action).setVersion(version).build(),
        effect,
        WireMaintenance::downgrade);
  }
}
