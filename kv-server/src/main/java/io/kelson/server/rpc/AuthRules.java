package io.kelson.server.rpc;

import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.kelson.api.AuthGrpc;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.WatchGrpc;
import io.kelson.api.election.ElectionGrpc;
import io.kelson.api.lock.LockGrpc;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who may make which call once authentication is on. A call that does not stand here is for root
 * only, and a test fails.
 */
public final class AuthRules {
  /** What a call takes. */
  public enum Rule {
    /** Nothing: whoever asks here has no credentials yet. */
    NOBODY,
    /** A user who exists; looked at when the call begins, by this member's state. */
    USER,
    /** The role root; looked at when the call begins, by this member's state. */
    ROOT,
    /** A user who exists; looked at when the request is applied. */
    USER_WHEN_SERVED,
    /** The role root; looked at when the request is applied, or read after a quorum was asked. */
    ROOT_WHEN_SERVED,
    /** Rights on all keys that the request names or touches; looked at when it is served. */
    KEYS,
    /** Being the user, or having the role, that is asked for; or the role root. */
    OWN,
    /** Any user to look at alarms; root to change them. */
    ALARM
  }

  private static final Map<String, Rule> RULES = rules();

  private AuthRules() {}

  /** What a call takes, by its full name. */
  public static Rule of(String method) {
    return RULES.getOrDefault(method, Rule.ROOT);
  }

  /** The whole table, by full names. */
  public static Map<String, Rule> all() {
    return RULES;
  }

  private static Map<String, Rule> rules() {
    Map<String, Rule> rules = new HashMap<>();
    put(
        rules,
        Rule.NOBODY,
        AuthGrpc.getAuthenticateMethod(),
        AuthGrpc.getAuthStatusMethod(),
        HealthGrpc.getCheckMethod(),
        HealthGrpc.getWatchMethod());
    put(rules, Rule.USER, ClusterGrpc.getMemberListMethod(), MaintenanceGrpc.getStatusMethod());
    put(
        rules,
        Rule.ROOT,
        ClusterGrpc.getMemberAddMethod(),
        ClusterGrpc.getMemberRemoveMethod(),
        ClusterGrpc.getMemberUpdateMethod(),
        ClusterGrpc.getMemberPromoteMethod(),
        MaintenanceGrpc.getDefragmentMethod(),
        MaintenanceGrpc.getHashMethod(),
        MaintenanceGrpc.getHashKVMethod(),
        MaintenanceGrpc.getSnapshotMethod(),
        MaintenanceGrpc.getMoveLeaderMethod(),
        MaintenanceGrpc.getDowngradeMethod());
    put(rules, Rule.ALARM, MaintenanceGrpc.getAlarmMethod());
    put(rules, Rule.USER_WHEN_SERVED, LeaseGrpc.getLeaseGrantMethod());
    put(
        rules,
        Rule.ROOT_WHEN_SERVED,
        KVGrpc.getCompactMethod(),
        AuthGrpc.getAuthEnableMethod(),
        AuthGrpc.getAuthDisableMethod(),
        AuthGrpc.getUserAddMethod(),
        AuthGrpc.getUserListMethod(),
        AuthGrpc.getUserDeleteMethod(),
        AuthGrpc.getUserChangePasswordMethod(),
        AuthGrpc.getUserGrantRoleMethod(),
        AuthGrpc.getUserRevokeRoleMethod(),
        AuthGrpc.getRoleAddMethod(),
        AuthGrpc.getRoleListMethod(),
        AuthGrpc.getRoleDeleteMethod(),
        AuthGrpc.getRoleGrantPermissionMethod(),
        AuthGrpc.getRoleRevokePermissionMethod());
    put(rules, Rule.OWN, AuthGrpc.getUserGetMethod(), AuthGrpc.getRoleGetMethod());
    put(
        rules,
        Rule.KEYS,
        KVGrpc.getRangeMethod(),
        KVGrpc.getRangeStreamMethod(),
        KVGrpc.getPutMethod(),
        KVGrpc.getDeleteRangeMethod(),
        KVGrpc.getTxnMethod(),
        WatchGrpc.getWatchMethod(),
        LeaseGrpc.getLeaseRevokeMethod(),
        LeaseGrpc.getLeaseKeepAliveMethod(),
        LeaseGrpc.getLeaseTimeToLiveMethod(),
        LeaseGrpc.getLeaseLeasesMethod(),
        LockGrpc.getLockMethod(),
        LockGrpc.getUnlockMethod(),
        ElectionGrpc.getCampaignMethod(),
        ElectionGrpc.getProclaimMethod(),
        ElectionGrpc.getLeaderMethod(),
        ElectionGrpc.getObserveMethod(),
        ElectionGrpc.getResignMethod());
    return Collections.unmodifiableMap(rules);
  }

  private static void put(Map<String, Rule> rules, Rule rule, MethodDescriptor<?, ?>... methods) {
    List.of(methods).forEach(method -> rules.put(method.getFullMethodName(), rule));
  }
}
