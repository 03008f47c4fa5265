package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.raft.core.Entry;
import io.kelson.server.apply.TestBed;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.proto.LeaseCheckpoints;
import io.kelson.server.proto.LeaseExpiry;
import io.kelson.server.proto.LeaseState;
import io.kelson.server.proto.MemberAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A log made from a seed: the same seed gives the same entries in every process. */
final class EntryScript {
  private final Random random;
  private final int valueBytes;

  private EntryScript(long seed, int valueBytes) {
    this.random = new Random(seed);
    this.valueBytes = valueBytes;
  }

  static List<Entry> entries(long seed, int count, int valueBytes) {
    EntryScript script = new EntryScript(seed, valueBytes);
    List<Entry> entries = new ArrayList<>(count);
    for (int index = 1; index <= count; index++) {
      entries.add(script.entry(index));
    }
    return entries;
  }

  private Entry entry(long index) {
    InternalRequest.Builder request = InternalRequest.newBuilder();
    switch (random.nextInt(13)) {
      case 0 -> {
        return Entry.noop(TestBed.TERM, index);
      }
      case 1 ->
          request.setMemberAttributes(
              MemberAttributes.newBuilder().setMemberId(random.nextInt(3)).setName("n" + index));
      case 2 -> request.setDeleteRange(delete());
      case 3 -> request.setTxn(txn());
      case 4, 5 ->
          request.setLeaseGrant(LeaseGrantRequest.newBuilder().setID(lease()).setTTL(index));
      case 6 ->
          request.setLeaseExpiry(
              LeaseExpiry.newBuilder().setTerm(TestBed.TERM).addLeases(state(index)));
      case 7 ->
          request.setLeaseCheckpoints(
              LeaseCheckpoints.newBuilder().setTerm(TestBed.TERM).addLeases(state(index)));
      case 8 -> request.setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease()));
      default -> request.setPut(put());
    }
    return TestBed.entry(index, request);
  }

  private ByteString key() {
    return ByteString.copyFromUtf8("key" + random.nextInt(50));
  }

  private PutRequest.Builder put() {
    byte[] value = new byte[random.nextInt(valueBytes)];
    random.nextBytes(value);
    return PutRequest.newBuilder()
        .setKey(key())
        .setValue(ByteString.copyFrom(value))
        .setLease(random.nextInt(3) == 0 ? lease() : 0);
  }

  /** There may be none of that id. */
  private long lease() {
    return 1 + random.nextInt(4);
  }

  /** Of a lease that was granted not long ago, perhaps. */
  private LeaseState.Builder state(long index) {
    return LeaseState.newBuilder()
        .setId(lease())
        .setGrantIndex(index - random.nextInt(20))
        .setRemainingSeconds(random.nextInt(100));
  }

  private DeleteRangeRequest.Builder delete() {
    return DeleteRangeRequest.newBuilder().setKey(key()).setRangeEnd(key());
  }

  private TxnRequest.Builder txn() {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      txn.addSuccess(RequestOp.newBuilder().setRequestPut(put()));
    }
    // The first revision can always be read here, and makes the batch write in the middle.
    return txn.addSuccess(
            RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(key()).setRevision(1)))
        .addSuccess(RequestOp.newBuilder().setRequestDeleteRange(delete()));
  }
}
