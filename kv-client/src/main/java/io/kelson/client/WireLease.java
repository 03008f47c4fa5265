package io.kelson.client;

import io.kelson.api.LeaseGrantResponse;
import io.kelson.api.LeaseKeepAliveResponse;
import io.kelson.api.LeaseLeasesResponse;
import io.kelson.api.LeaseStatus;
import io.kelson.api.LeaseTimeToLiveResponse;

/** Messages of the Lease service to records. */
final class WireLease {
  private WireLease() {}

  static LeaseGrant grant(LeaseGrantResponse response) {
    if (!response.getError().isEmpty()) {
      throw new EtcdException(ErrorCode.UNKNOWN, response.getError(), null);
    }
    return new LeaseGrant(Wire.header(response.getHeader()), response.getID(), response.getTTL());
  }

  static LeaseTimeToLive timeToLive(LeaseTimeToLiveResponse response) {
    return new LeaseTimeToLive(
        Wire.header(response.getHeader()),
        response.getID(),
        response.getTTL(),
        response.getGrantedTTL(),
        response.getKeysList().stream().map(Wire::bytes).toList());
  }

  static LeaseList list(LeaseLeasesResponse response) {
    return new LeaseList(
        Wire.header(response.getHeader()),
        response.getLeasesList().stream().map(LeaseStatus::getID).toList());
  }

  static LeaseRenewal renewal(LeaseKeepAliveResponse response) {
    return new LeaseRenewal(Wire.header(response.getHeader()), response.getID(), response.getTTL());
  }
}
