package io.kelson.chaos.run;

import io.kelson.chaos.check.Evidence;
import io.kelson.chaos.check.Evidence.FinalState;
import io.kelson.chaos.check.Verdict;
import io.kelson.chaos.history.AuthRecord;
import io.kelson.chaos.history.FencedWrite;
import io.kelson.chaos.history.LeaseRecord;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.DeleteResult;
import io.kelson.client.Header;
import io.kelson.client.KeyValue;
import io.kelson.client.Permission;
import io.kelson.client.PutOp;
import io.kelson.client.PutResult;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A small history with a record of every kind, which no store can have had. */
public final class Samples {
  private static final Bytes KEY = Bytes.utf8("chaos/r0/1");
  private static final Bytes ODD = Bytes.of(new byte[] {0, (byte) 0xff, 'a'});
  private static final Header HEADER = new Header(-1, Long.MIN_VALUE, 7, 2);
  private static final KeyValue KV = new KeyValue(KEY, 7, 7, 1, ODD, 5);

  private Samples() {}

  /** The history. */
  public static Evidence evidence() {
    WatchEvent event = new WatchEvent(WatchEvent.Type.PUT, KV, Optional.of(KV));
    WatchRecord watch =
        new WatchRecord(
            -3,
            1,
            5,
            6,
            WatchOptions.builder(KEY).prefix().startRevision(4).noPut(true).build(),
            List.of(
                new WatchRecord.Events(10, 7, List.of(event)),
                new WatchRecord.Progress(11, 8),
                new WatchRecord.Interrupted(12, "UNAVAILABLE: gone \"away\"")),
            0);
    return new Evidence(
        3,
        List.of(KV),
        List.of(answered(), unknown(), failed()),
        List.of(watch),
        List.of(
            new LeaseRecord(LeaseRecord.Kind.RENEW, 9, 4, 1, Long.MAX_VALUE, Status.UNKNOWN, 0, 0)),
        List.of(new FencedWrite(1, 7, true, 13)),
        List.of(
            AuthRecord.signIn("alice", 1, 0),
            new AuthRecord(
                AuthRecord.Kind.GRANT_PERMISSION,
                "",
                "role",
                Permission.key(Permission.Type.READWRITE, ODD),
                8,
                2,
                3,
                Status.FAILED,
                "no")),
        List.of(new WatchBatch(HEADER, List.of(event))),
        Map.of("member 0", new FinalState(7, 4_294_967_295L, 0, List.of(KV))));
  }

  private static Operation answered() {
    TxnOp nested = TxnOp.builder().then(DeleteOp.prefix(ODD)).build();
    TxnOp call =
        TxnOp.builder()
            .when(Compare.value(KEY, Compare.Relation.NOT_EQUAL, Bytes.utf8("0xfake")))
            .then(PutOp.builder(KEY, ODD).lease(5).prevKv(true).build(), nested)
            .otherwise(RangeOp.builder(KEY).serializable(true).limit(3).build())
            .build();
    TxnResult result =
        new TxnResult(
            HEADER,
            true,
            List.of(
                new PutResult(HEADER, Optional.empty()),
                new TxnResult(HEADER, false, List.of(new DeleteResult(HEADER, 1, List.of(KV)))),
                new RangeResult(HEADER, List.of(KV), true, 2)));
    return new Operation(1, 0, 1_000_000, 3_500_000, call, Status.OK, result, "");
  }

  private static Operation unknown() {
    TxnOp call = TxnOp.builder().then(PutOp.of(KEY, Bytes.EMPTY)).build();
    return new Operation(
        2, 1, 2_000_000, Long.MAX_VALUE, call, Status.UNKNOWN, null, "context deadline exceeded");
  }

  private static Operation failed() {
    TxnOp call = TxnOp.builder().then(RangeOp.key(KEY)).build();
    return new Operation(3, 2, 2_500_000_000L, 2_600_000_000L, call, Status.FAILED, null, "no");
  }

  /** A result with a verdict, a fault that counts and one that does not. */
  public static RunResult result(RunResult.Outcome outcome) {
    boolean passed = outcome == RunResult.Outcome.PASSED;
    return new RunResult(
        RunSpec.of("register", "kill-leader", 11),
        "kelson 0.1.0",
        "2026-01-02T03:04:05Z",
        outcome,
        passed ? List.of() : List.of("replay: a write <lost>"),
        2.5,
        Map.of("operations", 3L, "ok", 1L, "log-events", 1L),
        1.2,
        List.of(verdict(passed)),
        Map.of("watch", "no watches"),
        List.of(
            new FaultWindow("kill-leader", "member 2, the leader, is killed", 5, 9, "term 3 -> 4"),
            new FaultWindow("kill-leader", "member 0 is killed", 10, 19, null)),
        4);
  }

  private static Verdict verdict(boolean held) {
    return held
        ? new Verdict("replay", Verdict.Outcome.HELD, "fine", List.of(), Map.of("operations", 3L))
        : new Verdict(
            "replay",
            Verdict.Outcome.BROKEN,
            "a write <lost>",
            List.of("put a & b\nread nothing"),
            Map.of("operations", 3L));
  }
}
