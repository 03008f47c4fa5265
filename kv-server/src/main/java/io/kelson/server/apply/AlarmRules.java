package io.kelson.server.apply;

import io.kelson.api.AlarmType;
import io.kelson.api.EtcdError;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.server.maintenance.MaintenanceState;
import io.kelson.server.proto.InternalRequestOrBuilder;
import java.util.List;

/**
 * What alarms keep requests from, as in etcd: NOSPACE from whatever adds something, CORRUPT from
 * every change. Reads, and with NOSPACE deletes, compaction and the end of leases, go on.
 */
public final class AlarmRules {
  private AlarmRules() {}

  /** Why a request is refused while there are these alarms; null if it is not. */
  public static EtcdError refusal(MaintenanceState state, InternalRequestOrBuilder request) {
    if (state.alarms().isEmpty()) {
      return null;
    }
    if (state.has(AlarmType.CORRUPT) && changes(request)) {
      return EtcdError.CORRUPT;
    }
    return state.has(AlarmType.NOSPACE) && adds(request) ? EtcdError.NO_SPACE : null;
  }

  private static boolean changes(InternalRequestOrBuilder request) {
    return switch (request.getRequestCase()) {
      case PUT, DELETE_RANGE, TXN, COMPACTION, LEASE_GRANT, LEASE_REVOKE, LEASE_EXPIRY -> true;
      default -> false;
    };
  }

  /** Whether a request takes up space: puts, alone or somewhere in a transaction, and leases. */
  public static boolean adds(InternalRequestOrBuilder request) {
    return switch (request.getRequestCase()) {
      case PUT, LEASE_GRANT -> true;
      case TXN -> hasPut(request.getTxn());
      default -> false;
    };
  }

  private static boolean hasPut(TxnRequest txn) {
    return hasPut(txn.getSuccessList()) || hasPut(txn.getFailureList());
  }

  private static boolean hasPut(List<RequestOp> operations) {
    for (RequestOp operation : operations) {
      if (operation.hasRequestPut()
          || operation.hasRequestTxn() && hasPut(operation.getRequestTxn())) {
        return true;
      }
    }
    return false;
  }
}
