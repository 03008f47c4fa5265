package io.kelson.chaos.workload;

import io.kelson.chaos.history.History;
import io.kelson.chaos.history.LeaseRecord;
import io.kelson.chaos.history.LeaseRecord.Kind;
import io.kelson.chaos.history.Status;
import io.kelson.client.KelsonClient;
import java.util.Optional;
import java.util.function.Supplier;

/** Calls about leases, each recorded; ids are chosen here, so that a lost grant has one. */
final class LeaseClient {
  /** What a call said. */
  private record Answer(long ttlSeconds, long revision) {}

  private final History history;
  private final KelsonClient connection;
  private final ClientIds ids;
  private long id;

  LeaseClient(History history, KelsonClient connection, ClientIds ids) {
    this.history = history;
    this.connection = connection;
    this.ids = ids;
    this.id = ids.next();
  }

  /** Grants; what it was granted, empty if that failed or is not known. */
  Optional<Long> grant(long lease, long ttlSeconds) {
    return call(
        Kind.GRANT,
        lease,
        () -> {
          var grant = connection.leases().grant(ttlSeconds, lease);
          return new Answer(grant.ttlSeconds(), grant.header().revision());
        });
  }

  /** Renews once; 0 if the lease is gone. */
  Optional<Long> renew(long lease) {
    return call(
        Kind.RENEW,
        lease,
        () -> {
          var renewal = connection.leases().keepAliveOnce(lease);
          return new Answer(renewal.ttlSeconds(), renewal.header().revision());
        });
  }

  /** Asks what is left; -1 if the lease is gone. */
  Optional<Long> timeToLive(long lease) {
    return call(
        Kind.TIME_TO_LIVE,
        lease,
        () -> {
          var left = connection.leases().timeToLive(lease, true);
          return new Answer(left.ttlSeconds(), left.header().revision());
        });
  }

  /** Revokes; empty if that failed or is not known. */
  Optional<Long> revoke(long lease) {
    return call(
        Kind.REVOKE, lease, () -> new Answer(0, connection.leases().revoke(lease).revision()));
  }

  private Optional<Long> call(Kind kind, long lease, Supplier<Answer> call) {
    long start = history.now();
    try {
      Answer answer = call.get();
      history.add(
          new LeaseRecord(
              kind,
              lease,
              id,
              start,
              history.now(),
              Status.OK,
              answer.ttlSeconds(),
              answer.revision()));
      return Optional.of(answer.ttlSeconds());
    } catch (RuntimeException e) {
      Status status =
          switch (kind) {
            case TIME_TO_LIVE -> Status.FAILED;
            // The client calls it a read since repeating does no harm; a lost one may have worked.
            case RENEW -> Status.UNKNOWN;
            case GRANT, REVOKE -> RecordingClient.statusOf(e, false);
          };
      boolean open = status == Status.UNKNOWN;
      long end = open ? Long.MAX_VALUE : history.now();
      history.add(new LeaseRecord(kind, lease, id, start, end, status, 0, 0));
      if (open) {
        id = ids.next();
      }
      return Optional.empty();
    }
  }
}
