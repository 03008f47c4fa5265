package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** All keys with a prefix in order, as of one revision, fetched by the thousand. */
final class KeyPages implements Iterator<KeyValue> {
  private static final int PAGE = 1000;

  private final KelsonClient client;
  private final Bytes rangeEnd;
  private final Deque<KeyValue> page = new ArrayDeque<>();
  private Bytes next;
  private long revision;
  private long remaining;
  private boolean isMore = true;

  /**
   * @param revision the revision to read at; 0 for now, which then stays
   */
  KeyPages(KelsonClient client, Bytes prefix, long revision) {
    this.client = client;
    this.next = prefix.isEmpty() ? Bytes.ZERO : prefix;
    this.rangeEnd = prefix.isEmpty() ? Bytes.ZERO : prefix.prefixEnd();
    this.revision = revision;
    fetch();
  }

  /** The revision it is as of. */
  long revision() {
    return revision;
  }

  /** How many are to come. */
  long remaining() {
    return remaining;
  }

  private void fetch() {
    RangeResult result =
        client.range(
            RangeOp.builder(next).rangeEnd(rangeEnd).limit(PAGE).revision(revision).build());
    if (revision == 0) {
      revision = result.header().revision();
    }
    page.addAll(result.kvs());
    remaining = result.count();
    isMore = result.more();
    if (isMore) {
      next = result.kvs().get(result.kvs().size() - 1).key().concat(Bytes.ZERO);
    }
  }

  @Override
  public boolean hasNext() {
    if (page.isEmpty() && isMore) {
      fetch();
    }
    return !page.isEmpty();
  }

  @Override
  public KeyValue next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    remaining--;
    return page.remove();
  }
}
