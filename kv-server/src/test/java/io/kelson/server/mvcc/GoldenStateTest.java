package io.kelson.server.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.mvcc.Event;
import io.kelson.raft.core.Entry;
import io.kelson.server.apply.TestBed;
import io.kelson.server.proto.InternalRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a log leaves in the store, answers and announces is what it was when these numbers were
 * written down: members whose code differs must not differ in anything else.
 *
 * <p>A change that is meant to alter one of them needs more than new numbers here: see what {@code
 * docs/DISK-FORMAT-STORE.md} says of formats.
 */
class GoldenStateTest {
  private static final int ENTRIES = 1_500;

  @TempDir Path directory;

  private Random random;

  @ParameterizedTest(name = "seed {0}")
  @CsvSource({
    "1, 1143177393, 3316627391, 2688843821",
    "2, 3407626662, 575464529, 2628932438",
    "3, 2813828711, 1969430746, 170028307"
  })
  void aLogLeavesTheSameBytes(long seed, long state, long answers, long events) {
    random = new Random(seed);
    List<Entry> entries = new ArrayList<>();
    for (int index = 1; index <= ENTRIES; index++) {
      entries.add(TestBed.entry(index, request()));
    }
    try (TestBed bed = new TestBed(directory.resolve("store"))) {
      for (int lo = 0, hi; lo < entries.size(); lo = hi) {
        hi = Math.min(entries.size(), lo + 1 + random.nextInt(40));
        bed.applier.apply(entries.subList(lo, hi));
      }
      assertThat(List.of(bed.store.stateHash(), answers(bed), events(bed)))
          .as("rows, answers, events")
          .containsExactly(state, answers, events);
    }
  }

  private static long answers(TestBed bed) {
    CRC32C crc = new CRC32C();
    bed.outcomes.forEach(
        (id, outcome) -> {
          crc.update(Layout.encodeLong(id));
          crc.update(
              outcome instanceof MessageLite message
                  ? message.toByteArray()
                  : outcome.toString().getBytes(StandardCharsets.UTF_8));
        });
    return crc.getValue();
  }

  private static long events(TestBed bed) {
    CRC32C crc = new CRC32C();
    for (RevisionEvents revision : bed.events) {
      crc.update(Layout.encodeLong(revision.revision()));
      for (Event event : revision.events()) {
        crc.update(event.toByteArray());
      }
    }
    return crc.getValue();
  }

  private InternalRequest.Builder request() {
    InternalRequest.Builder request = InternalRequest.newBuilder();
    return switch (random.nextInt(10)) {
      case 0 ->
          request.setLeaseGrant(LeaseGrantRequest.newBuilder().setID(lease()).setTTL(100).build());
      case 1 -> request.setDeleteRange(delete());
      case 2, 3 -> request.setTxn(txn(2));
      default -> request.setPut(put());
    };
  }

  private long lease() {
    return 1 + random.nextInt(4);
  }

  /** Short keys in which zeros are frequent. */
  private ByteString key() {
    byte[] alphabet = {0, 0, 'a', (byte) 0xff};
    byte[] key = new byte[1 + random.nextInt(3)];
    for (int i = 0; i < key.length; i++) {
      key[i] = alphabet[random.nextInt(alphabet.length)];
    }
    return ByteString.copyFrom(key);
  }

  private PutRequest.Builder put() {
    byte[] value = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(400)];
    random.nextBytes(value);
    PutRequest.Builder put = PutRequest.newBuilder().setKey(key()).setPrevKv(random.nextBoolean());
    boolean keepsValue = random.nextInt(4) == 0;
    boolean keepsLease = random.nextInt(4) == 0;
    return put.setIgnoreValue(keepsValue)
        .setIgnoreLease(keepsLease)
        .setValue(keepsValue ? ByteString.EMPTY : ByteString.copyFrom(value))
        .setLease(keepsLease || random.nextInt(3) > 0 ? 0 : lease());
  }

  private DeleteRangeRequest.Builder delete() {
    ByteString end = random.nextBoolean() ? ByteString.EMPTY : key();
    return DeleteRangeRequest.newBuilder()
        .setKey(key())
        .setRangeEnd(end)
        .setPrevKv(random.nextBoolean());
  }

  /** Keys are put more than once in some, and old revisions read in the middle. */
  private TxnRequest.Builder txn(int depth) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = random.nextInt(5); i >= 0; i--) {
      RequestOp.Builder op = txn.addSuccessBuilder();
      switch (random.nextInt(depth > 0 ? 5 : 4)) {
        case 0, 1 -> op.setRequestPut(put());
        case 2 -> op.setRequestDeleteRange(delete());
        case 3 ->
            op.setRequestRange(
                RangeRequest.newBuilder().setKey(key()).setRevision(random.nextInt(2)));
        default -> op.setRequestTxn(txn(depth - 1));
      }
    }
    return txn;
  }
}
