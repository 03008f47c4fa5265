package io.kelson.server.http;

import static io.kelson.server.http.GatewayMethod.of;

import io.kelson.api.AuthGrpc;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.WatchGrpc;
import io.kelson.api.election.ElectionGrpc;
import io.kelson.api.lock.LockGrpc;
import java.util.List;
import java.util.Set;

/** Which RPC the JSON gateway has at which path: etcd's table. */
final class GatewayMethods {
  private GatewayMethods() {}

  /** RPCs that etcd's gateway has no path for. */
  static final Set<String> WITHOUT_PATH = Set.of(KVGrpc.getRangeStreamMethod().getFullMethodName());

  static final List<GatewayMethod> ALL =
      List.of(
          of(KVGrpc.getRangeMethod(), "/v3/kv/range"),
          of(KVGrpc.getPutMethod(), "/v3/kv/put"),
          of(KVGrpc.getDeleteRangeMethod(), "/v3/kv/deleterange"),
          of(KVGrpc.getTxnMethod(), "/v3/kv/txn"),
          of(KVGrpc.getCompactMethod(), "/v3/kv/compaction"),
          of(WatchGrpc.getWatchMethod(), "/v3/watch"),
          of(LeaseGrpc.getLeaseGrantMethod(), "/v3/lease/grant"),
          of(LeaseGrpc.getLeaseRevokeMethod(), "/v3/lease/revoke", "/v3/kv/lease/revoke"),
          of(LeaseGrpc.getLeaseKeepAliveMethod(), "/v3/lease/keepalive"),
          of(
              LeaseGrpc.getLeaseTimeToLiveMethod(),
              "/v3/lease/timetolive",
              "/v3/kv/lease/timetolive"),
          of(LeaseGrpc.getLeaseLeasesMethod(), "/v3/lease/leases", "/v3/kv/lease/leases"),
          of(ClusterGrpc.getMemberAddMethod(), "/v3/cluster/member/add"),
          of(ClusterGrpc.getMemberRemoveMethod(), "/v3/cluster/member/remove"),
          of(ClusterGrpc.getMemberUpdateMethod(), "/v3/cluster/member/update"),
          of(ClusterGrpc.getMemberListMethod(), "/v3/cluster/member/list"),
          of(ClusterGrpc.getMemberPromoteMethod(), "/v3/cluster/member/promote"),
          of(MaintenanceGrpc.getAlarmMethod(), "/v3/maintenance/alarm"),
          of(MaintenanceGrpc.getStatusMethod(), "/v3/maintenance/status"),
          of(MaintenanceGrpc.getDefragmentMethod(), "/v3/maintenance/defragment"),
          of(MaintenanceGrpc.getHashMethod(), "/v3/maintenance/hash"),
          of(MaintenanceGrpc.getHashKVMethod(), "/v3/maintenance/hashkv"),
          of(MaintenanceGrpc.getSnapshotMethod(), "/v3/maintenance/snapshot"),
          of(MaintenanceGrpc.getMoveLeaderMethod(), "/v3/maintenance/transfer-leadership"),
          of(MaintenanceGrpc.getDowngradeMethod(), "/v3/maintenance/downgrade"),
          of(AuthGrpc.getAuthEnableMethod(), "/v3/auth/enable"),
          of(AuthGrpc.getAuthDisableMethod(), "/v3/auth/disable"),
          of(AuthGrpc.getAuthStatusMethod(), "/v3/auth/status"),
          of(AuthGrpc.getAuthenticateMethod(), "/v3/auth/authenticate"),
          of(AuthGrpc.getUserAddMethod(), "/v3/auth/user/add"),
          of(AuthGrpc.getUserGetMethod(), "/v3/auth/user/get"),
          of(AuthGrpc.getUserListMethod(), "/v3/auth/user/list"),
          of(AuthGrpc.getUserDeleteMethod(), "/v3/auth/user/delete"),
          of(AuthGrpc.getUserChangePasswordMethod(), "/v3/auth/user/changepw"),
          of(AuthGrpc.getUserGrantRoleMethod(), "/v3/auth/user/grant"),
          of(AuthGrpc.getUserRevokeRoleMethod(), "/v3/auth/user/revoke"),
          of(AuthGrpc.getRoleAddMethod(), "/v3/auth/role/add"),
          of(AuthGrpc.getRoleGetMethod(), "/v3/auth/role/get"),
          of(AuthGrpc.getRoleListMethod(), "/v3/auth/role/list"),
          of(AuthGrpc.getRoleDeleteMethod(), "/v3/auth/role/delete"),
          of(AuthGrpc.getRoleGrantPermissionMethod(), "/v3/auth/role/grant"),
          of(AuthGrpc.getRoleRevokePermissionMethod(), "/v3/auth/role/revoke"),
          of(LockGrpc.getLockMethod(), "/v3/lock/lock"),
          of(LockGrpc.getUnlockMethod(), "/v3/lock/unlock"),
          of(ElectionGrpc.getCampaignMethod(), "/v3/election/campaign"),
          of(ElectionGrpc.getProclaimMethod(), "/v3/election/proclaim"),
          of(ElectionGrpc.getLeaderMethod(), "/v3/election/leader"),
          of(ElectionGrpc.getObserveMethod(), "/v3/election/observe"),
          of(ElectionGrpc.getResignMethod(), "/v3/election/resign"));
}
