package io.kelson.chaos;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kelson.api.EtcdError;
import io.kelson.chaos.PutRecord.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A client that puts one key after another, each once, and writes down what it was told.
 *
 * <p>After an error it goes to the next member and puts the next key: an unknown outcome is never
 * tried again under the same name, so whatever a member holds can be traced to one request. Run it
 * on a thread of its own; {@link #records()} is for after that thread has ended.
 */
public final class PutClient implements Runnable {
  /** A dead member refuses within microseconds; this keeps its clients from spinning on it. */
  private static final long PAUSE_AFTER_ERROR_NANOS = Duration.ofMillis(20).toNanos();

  private final int id;
  private final String prefix;
  private final List<MemberClient> members;
  private final BooleanSupplier stop;
  private final AtomicLong ackedByAll;
  private final int valueBytes;
  private final String padding;
  private final List<PutRecord> records = new ArrayList<>();

  /**
   * A client that has done nothing yet.
   *
   * @param id its number among the clients, which its keys carry
   * @param prefix what every key begins with
   * @param members whom it may ask; the first is {@code id} modulo their number. May change while
   *     it runs, if the list can take that; never empty
   * @param stop asked before each put
   * @param ackedByAll counts acknowledgements over all clients
   */
  public PutClient(
      int id,
      String prefix,
      List<MemberClient> members,
      BooleanSupplier stop,
      AtomicLong ackedByAll) {
    this(id, prefix, members, stop, ackedByAll, 0);
  }

  /**
   * One whose values are not small; its records tell only the beginning, which is unique.
   *
   * @param valueBytes how long every value is at least
   */
  public PutClient(
      int id,
      String prefix,
      List<MemberClient> members,
      BooleanSupplier stop,
      AtomicLong ackedByAll,
      int valueBytes) {
    this.valueBytes = valueBytes;
    this.padding = padding(valueBytes, id);
    this.id = id;
    this.prefix = prefix;
    this.members = members;
    this.stop = stop;
    this.ackedByAll = ackedByAll;
  }

  @Override
  public void run() {
    int turn = id;
    for (int i = 0; !stop.getAsBoolean(); i++) {
      MemberClient member = pick(turn);
      PutRecord done = put(member, String.format("%sc%02d/%07d", prefix, id, i));
      records.add(done);
      if (done.acked()) {
        ackedByAll.incrementAndGet();
      } else {
        turn++;
        member.reconnectNow();
        LockSupport.parkNanos(PAUSE_AFTER_ERROR_NANOS);
      }
    }
  }

  private MemberClient pick(int turn) {
    // Looked at once: the list may change between its size and its element.
    MemberClient[] now = members.toArray(MemberClient[]::new);
    return now[turn % now.length];
  }

  /** Every put in the order they were made. */
  public List<PutRecord> records() {
    return List.copyOf(records);
  }

  private PutRecord put(MemberClient member, String key) {
    String value = "value of " + key + " for " + member.name();
    long startNanos = System.nanoTime();
    try {
      long revision = member.put(key, padded(value)).getHeader().getRevision();
      return record(member, key, value, Outcome.ACKED, revision, startNanos, "");
    } catch (StatusRuntimeException e) {
      Status status = e.getStatus();
      String error = status.getCode() + ": " + status.getDescription();
      return record(member, key, value, outcomeOf(status), 0, startNanos, error);
    }
  }

  /** What follows the value proper takes room on disk and says nothing. */
  private String padded(String value) {
    if (valueBytes <= value.length()) {
      return value;
    }
    int from = Math.floorMod(value.hashCode(), valueBytes);
    return value + padding.substring(from, from + valueBytes - value.length());
  }

  /** Letters that do not compress, enough for a value from any place in its first half. */
  private static String padding(int valueBytes, int seed) {
    Random random = new Random(seed);
    StringBuilder letters = new StringBuilder(2 * valueBytes);
    for (int i = 0; i < 2 * valueBytes; i++) {
      letters.append((char) (' ' + random.nextInt(95)));
    }
    return letters.toString();
  }

  private PutRecord record(
      MemberClient member,
      String key,
      String value,
      Outcome outcome,
      long revision,
      long startNanos,
      String error) {
    return new PutRecord(
        id, key, value, outcome, revision, member.name(), startNanos, System.nanoTime(), error);
  }

  /** Only errors that say so are taken for "not done". */
  static Outcome outcomeOf(Status status) {
    boolean refusedBeforeProposal =
        status.getCode() == Status.Code.INVALID_ARGUMENT
            || EtcdError.TOO_MANY_REQUESTS.text().equals(status.getDescription());
    return refusedBeforeProposal ? Outcome.REJECTED : Outcome.UNKNOWN;
  }
}
