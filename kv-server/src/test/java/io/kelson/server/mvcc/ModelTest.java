package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.kelson.api.CompactionRequest;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.DeleteRangeResponse;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.server.apply.TestBed;
import io.kelson.server.proto.InternalRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The store against {@link VersionMap}: random groups of random requests, with flushes, reopenings
 * and compactions between them, and every kind of range at every readable revision.
 */
class ModelTest {
  private static final int ROUNDS = 250;

  @TempDir Path directory;

  private final VersionMap model = new VersionMap();
  private final List<ByteString> keys = new ArrayList<>();
  private Random random;
  private TestBed bed;
  private int compacted;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 20261120})
  void storeAndMapAgree(long seed) {
    random = new Random(seed);
    for (int i = 0; i < 40; i++) {
      keys.add(randomKey());
    }
    open();
    try {
      for (int round = 0; round < ROUNDS; round++) {
        applyGroup();
        disturb();
        for (int i = 0; i < 8; i++) {
          compareRange();
        }
        compareEvents();
      }
      while (bed.store.purgeCompacted(10)) {
        compareEvents();
      }
      for (int i = 0; i < 200; i++) {
        compareRange();
      }
      compareEvents();
      assertThat(bed.store.keys()).isEqualTo(model.range(everything().build(), false).count());
    } finally {
      bed.close();
    }
  }

  private void open() {
    bed =
        new TestBed(
            directory.resolve("store"),
            MvccOptions.defaults(TestBed.CLUSTER).withMemtableBytes(64 * 1024));
  }

  /** Short keys over few bytes, so that prefixes, zeros and 0xff meet often. */
  private ByteString randomKey() {
    byte[] alphabet = {0, 1, 'a', 'b', (byte) 0xfe, (byte) 0xff};
    byte[] key = new byte[1 + random.nextInt(4)];
    for (int i = 0; i < key.length; i++) {
      key[i] = alphabet[random.nextInt(alphabet.length)];
    }
    return ByteString.copyFrom(key);
  }

  private ByteString anyKey() {
    return keys.get(random.nextInt(keys.size()));
  }

  private ByteString anyEnd() {
    return switch (random.nextInt(4)) {
      case 0 -> ByteString.EMPTY;
      case 1 -> ByteString.copyFrom(new byte[] {0});
      default -> anyKey();
    };
  }

  private ByteString anyValue() {
    byte[] value = new byte[random.nextInt(300)];
    random.nextBytes(value);
    return ByteString.copyFrom(value);
  }

  private void applyGroup() {
    Map<Long, Object> expected = new HashMap<>();
    int size = 1 + random.nextInt(6);
    for (int i = 0; i < size; i++) {
      InternalRequest.Builder request = InternalRequest.newBuilder();
      Object answer =
          switch (random.nextInt(4)) {
            case 0, 1 -> addPut(request);
            case 2 -> addDelete(request);
            default -> addTxn(request);
          };
      expected.put(bed.add(request), answer);
      model.commit();
    }
    bed.apply();
    expected.forEach((id, answer) -> compareAnswer(bed.outcomes.get(id), answer));
    assertThat(bed.revision()).isEqualTo(model.revision());
  }

  private static void compareAnswer(Object outcome, Object expected) {
    if (outcome instanceof DeleteRangeResponse response) {
      assertThat(response.getDeleted()).isEqualTo(((Integer) expected).longValue());
    } else if (outcome instanceof TxnResponse response) {
      List<?> ranges = (List<?>) expected;
      List<RangeResult> found =
          response.getResponsesList().stream()
              .filter(op -> op.hasResponseRange())
              .map(op -> result(op.getResponseRange()))
              .toList();
      assertThat(found).isEqualTo(ranges);
    }
  }

  private static RangeResult result(RangeResponse response) {
    return new RangeResult(response.getKvsList(), response.getMore(), response.getCount());
  }

  private Object addPut(InternalRequest.Builder request) {
    PutRequest put = PutRequest.newBuilder().setKey(anyKey()).setValue(anyValue()).build();
    model.put(put.getKey(), put.getValue());
    request.setPut(put);
    return "put";
  }

  private Object addDelete(InternalRequest.Builder request) {
    ByteString key = anyKey();
    ByteString end = random.nextInt(3) == 0 ? anyEnd() : ByteString.EMPTY;
    request.setDeleteRange(DeleteRangeRequest.newBuilder().setKey(key).setRangeEnd(end));
    return model.delete(key, end);
  }

  /** Any operations in any order, more than the door lets through. */
  private Object addTxn(InternalRequest.Builder request) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    List<RangeResult> ranges = new ArrayList<>();
    long revisionBefore = model.revision();
    for (int i = random.nextInt(6); i >= 0; i--) {
      switch (random.nextInt(3)) {
        case 0 -> {
          PutRequest put = PutRequest.newBuilder().setKey(anyKey()).setValue(anyValue()).build();
          model.put(put.getKey(), put.getValue());
          txn.addSuccess(RequestOp.newBuilder().setRequestPut(put));
        }
        case 1 -> {
          ByteString key = anyKey();
          ByteString end = random.nextInt(4) == 0 ? anyEnd() : ByteString.EMPTY;
          model.delete(key, end);
          txn.addSuccess(
              RequestOp.newBuilder()
                  .setRequestDeleteRange(
                      DeleteRangeRequest.newBuilder().setKey(key).setRangeEnd(end)));
        }
        default -> {
          RangeRequest range = randomRange(revisionBefore).build();
          ranges.add(model.range(range, true));
          txn.addSuccess(RequestOp.newBuilder().setRequestRange(range));
        }
      }
    }
    request.setTxn(txn);
    return ranges;
  }

  private static RangeRequest.Builder everything() {
    ByteString zero = ByteString.copyFrom(new byte[] {0});
    return RangeRequest.newBuilder().setKey(zero).setRangeEnd(zero);
  }

  private RangeRequest.Builder randomRange(long newest) {
    RangeRequest.Builder range =
        random.nextInt(3) == 0
            ? everything()
            : RangeRequest.newBuilder().setKey(anyKey()).setRangeEnd(anyEnd());
    if (random.nextInt(2) == 0) {
      long oldest = Math.max(1, compacted);
      range.setRevision(oldest + random.nextInt((int) (newest - oldest) + 1));
    }
    if (random.nextInt(2) == 0) {
      range.setLimit(1 + random.nextInt(6));
    }
    if (random.nextInt(3) == 0) {
      range.setSortOrderValue(random.nextInt(3)).setSortTargetValue(random.nextInt(5));
    }
    if (random.nextInt(4) == 0) {
      range.setMinModRevision(random.nextInt((int) newest + 1));
    }
    if (random.nextInt(4) == 0) {
      range.setMaxModRevision(random.nextInt((int) newest + 1));
    }
    if (random.nextInt(6) == 0) {
      range.setMinCreateRevision(random.nextInt((int) newest + 1));
    }
    if (random.nextInt(6) == 0) {
      range.setMaxCreateRevision(random.nextInt((int) newest + 1));
    }
    return range.setCountOnly(random.nextInt(5) == 0).setKeysOnly(random.nextInt(5) == 0);
  }

  private void compareRange() {
    RangeRequest range = randomRange(model.revision()).build();
    RangeResult expected = model.range(range, false);
    try (StoreView view = bed.store.acquireView()) {
      assertThat(view.range(range)).as("%s", range).isEqualTo(expected);
      view.maybeRangeInMemory(range)
          .ifPresent(found -> assertThat(found).as("%s", range).isEqualTo(expected));
      if (RangeScan.inKeyOrder(range) && !range.getCountOnly()) {
        assertThat(scanned(view, range)).as("scan of %s", range).isEqualTo(expected);
      }
    }
  }

  private static RangeResult scanned(StoreView view, RangeRequest range) {
    List<KeyValue> pairs = new ArrayList<>();
    try (RangeScan scan = view.scan(range);
        RangeScan buffered = view.largeScan(range);
        RangeScan skipping = view.largeScan(range)) {
      PairBuffer buffer = new PairBuffer();
      for (byte[] pair = scan.next(); pair != null; pair = scan.next()) {
        pairs.add(Layout.keyValue(pair));
        assertThat(buffered.next(buffer)).isTrue();
        assertThat(Arrays.copyOf(buffer.bytes(), buffer.length())).isEqualTo(pair);
        assertThat(skipping.skip()).isEqualTo(pair.length);
      }
      assertThat(buffered.next(buffer)).isFalse();
      assertThat(skipping.skip()).isNegative();
      assertThat(skipping.more()).isEqualTo(scan.more());
      assertThat(skipping.count()).isEqualTo(scan.count());
      return new RangeResult(pairs, scan.more(), scan.count());
    }
  }

  private void compareEvents() {
    int lo = Math.max(1, compacted) + random.nextInt(model.revision() - Math.max(1, compacted) + 1);
    List<RevisionEvents> found = bed.store.read(lo, Long.MAX_VALUE, 20, Long.MAX_VALUE);
    int last = Math.min(model.revision(), Math.max(lo, 2) + 19);
    List<RevisionEvents> expected = new ArrayList<>();
    for (int revision = Math.max(lo, 2); revision <= last; revision++) {
      expected.add(new RevisionEvents(revision, model.eventsAt(revision)));
    }
    assertThat(found).isEqualTo(expected);
    assertThat(bed.events.get(bed.events.size() - 1).revision()).isEqualTo(model.revision());
  }

  private void disturb() {
    switch (random.nextInt(20)) {
      case 0 -> assertThat(bed.store.flush()).isEqualTo(bed.store.applied());
      case 1 -> {
        List<RevisionEvents> events = bed.events;
        bed.close();
        open();
        bed.events.addAll(events);
      }
      case 2 -> compact();
      case 3 -> bed.store.purgeCompacted(1 + random.nextInt(30));
      default -> {}
    }
  }

  private void compact() {
    if (model.revision() <= compacted + 1) {
      return;
    }
    compacted += 1 + random.nextInt(model.revision() - compacted);
    bed.one(
        InternalRequest.newBuilder()
            .setCompaction(CompactionRequest.newBuilder().setRevision(compacted)));
    if (compacted > 1) {
      assertThatThrownBy(() -> bed.range(everything().setRevision(compacted - 1)))
          .isInstanceOf(CompactedException.class);
    }
    assertThatThrownBy(() -> bed.range(everything().setRevision(model.revision() + 1)))
        .isInstanceOf(FutureRevisionException.class);
  }
}
