package io.kelson.client;

import io.kelson.api.AlarmMember;
import io.kelson.api.AlarmResponse;
import io.kelson.api.DowngradeResponse;
import io.kelson.api.HashKVResponse;
import io.kelson.api.HashResponse;
import io.kelson.api.StatusResponse;
import java.util.List;

/** Messages of the Maintenance service to records. */
final class WireMaintenance {
  private WireMaintenance() {}

  static List<Alarm> alarms(AlarmResponse response) {
    return response.getAlarmsList().stream().map(WireMaintenance::alarm).toList();
  }

  private static Alarm alarm(AlarmMember message) {
    String type =
        switch (message.getAlarm()) {
          case NONE, NOSPACE, CORRUPT -> message.getAlarm().name();
          case UNRECOGNIZED -> Integer.toString(message.getAlarmValue());
        };
    return new Alarm(message.getMemberID(), type);
  }

  static HashResult hash(HashResponse response) {
    return new HashResult(
        Wire.header(response.getHeader()), Integer.toUnsignedLong(response.getHash()), 0, 0);
  }

  static HashResult hashKv(HashKVResponse response) {
    return new HashResult(
        Wire.header(response.getHeader()),
        Integer.toUnsignedLong(response.getHash()),
        response.getCompactRevision(),
        response.getHashRevision());
  }

  static DowngradeResult downgrade(DowngradeResponse response) {
    return new DowngradeResult(Wire.header(response.getHeader()), response.getVersion());
  }

  static EndpointStatus status(StatusResponse response) {
    return new EndpointStatus(
        Wire.header(response.getHeader()),
        response.getVersion(),
        response.getDbSize(),
        response.getLeader(),
        response.getRaftIndex(),
        response.getRaftTerm(),
        response.getRaftAppliedIndex(),
        response.getErrorsList(),
        response.getDbSizeInUse(),
        response.getIsLearner(),
        response.getStorageVersion(),
        response.getDbSizeQuota(),
        response.getDowngradeInfo().getEnabled(),
        response.getDowngradeInfo().getTargetVersion());
  }
}
