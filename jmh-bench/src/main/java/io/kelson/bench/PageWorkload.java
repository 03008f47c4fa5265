package io.kelson.bench;

import io.grpc.MethodDescriptor;
import io.kelson.api.KVGrpc;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import java.util.SplittableRandom;

/**
 * Pages of consecutive keys that begin at random ones, as a program lists a large directory; the
 * range of each goes to the end of the key space, and {@code limit} cuts it. The key space must be
 * full.
 */
public final class PageWorkload implements Workload<RangeRequest, RangeResponse> {
  private final KeySpace keys;
  private final int pageSize;
  private final boolean serializable;

  /** Pages of so many keys. */
  public PageWorkload(KeySpace keys, int pageSize, boolean serializable) {
    if (pageSize < 1 || pageSize > keys.size()) {
      throw new IllegalArgumentException(
          "a page must be of 1 to " + keys.size() + " keys, not of " + pageSize);
    }
    this.keys = keys;
    this.pageSize = pageSize;
    this.serializable = serializable;
  }

  @Override
  public String name() {
    return "range-page-" + pageSize;
  }

  @Override
  public boolean writes() {
    return false;
  }

  @Override
  public MethodDescriptor<RangeRequest, RangeResponse> method() {
    return KVGrpc.getRangeMethod();
  }

  @Override
  public RangeRequest next(SplittableRandom random) {
    return RangeRequest.newBuilder()
        .setKey(keys.key(random.nextLong(keys.size() - pageSize + 1)))
        .setRangeEnd(keys.end())
        .setLimit(pageSize)
        .setSerializable(serializable)
        .build();
  }

  @Override
  public String flaw(RangeResponse reply) {
    if (reply.getKvsCount() != pageSize) {
      return "driver: a page of "
          + reply.getKvsCount()
          + " keys instead of "
          + pageSize
          + " (fill the key space first: put --sequential --total)";
    }
    if (reply.getCount() < pageSize || reply.getMore() != (reply.getCount() > pageSize)) {
      return "driver: a page says wrongly whether there is more";
    }
    long first = keys.number(reply.getKvs(0).getKey());
    long last = keys.number(reply.getKvs(pageSize - 1).getKey());
    return last - first == pageSize - 1 ? "" : "driver: a page with a gap";
  }
}
