package io.kelson.server.diff;

import com.google.protobuf.ByteString;
import io.kelson.api.WatchCreateRequest;

/** Random requests to make and end watchers. */
final class WatchDraws {
  private final Draws draws;

  WatchDraws(Draws draws) {
    this.draws = draws;
  }

  KvDraws.Template<WatchCreateRequest> create() {
    ByteString key = draws.maybeKey();
    WatchCreateRequest.Builder create =
        WatchCreateRequest.newBuilder()
            .setKey(key)
            .setRangeEnd(draws.percent(40) ? Draws.bytes(0) : draws.rangeEnd(key))
            .setPrevKv(draws.percent(40))
            .setProgressNotify(draws.percent(20))
            .setFragment(draws.percent(20));
    while (draws.percent(15)) {
      create.addFiltersValue(draws.percent(5) ? 7 : draws.below(2));
    }
    if (draws.percent(30)) {
      create.setWatchId(watchId());
    }
    Draws.Revision start = draws.maybeRevision(60);
    WatchCreateRequest fixed = create.build();
    return marks -> fixed.toBuilder().setStartRevision(start.at(marks)).build();
  }

  /** Small, so that it may be the id of one there is. */
  long watchId() {
    return draws.percent(90)
        ? draws.below(5)
        : draws.oneOf(-1L, -3L, 99L, Long.MAX_VALUE, Long.MIN_VALUE);
  }
}
