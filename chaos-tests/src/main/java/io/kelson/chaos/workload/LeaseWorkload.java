package io.kelson.chaos.workload;

import io.kelson.chaos.check.Checker;
import io.kelson.client.Bytes;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Leases of a few seconds with keys on them: renewed, revoked, abandoned. */
final class LeaseWorkload extends JudgedWorkload {
  private static final int MOST_LEASES = 5;
  private static final int STEP_MILLIS = 20;

  private final ClientIds clients = new ClientIds();
  private final ClientIds leases = new ClientIds();

  LeaseWorkload(Checker... checkers) {
    super("lease", "leases of 2 to 5 s with keys on them, renewed, revoked, abandoned", checkers);
  }

  @Override
  public double leastPerSecond() {
    return 5;
  }

  @Override
  public Duration settles() {
    return Duration.ofSeconds(9);
  }

  @Override
  public void work(Session session, int index) throws InterruptedException {
    Recorder recorder = session.recorder(index);
    RandomGenerator random = session.random(index);
    LeaseClient calls = new LeaseClient(session.history(), recorder.client(), clients);
    Values values = new Values(index);
    List<Long> held = new ArrayList<>();
    while (session.goesOn()) {
      Thread.sleep(random.nextInt(2 * STEP_MILLIS));
      if (held.isEmpty() || held.size() < MOST_LEASES && random.nextInt(10) == 0) {
        long lease = leases.next();
        if (calls.grant(lease, 2 + random.nextInt(4)).isPresent()) {
          held.add(lease);
          attach(session, recorder, lease, values);
        }
        continue;
      }
      long lease = held.get(random.nextInt(held.size()));
      switch (random.nextInt(12)) {
        case 0 -> {
          calls.revoke(lease);
          held.remove(lease);
        }
        // Nobody looks after it any more: it expires.
        case 1 -> held.remove(lease);
        case 2, 3 -> attach(session, recorder, lease, values);
        case 4, 5 -> recorder.txn(Calls.single(RangeOp.prefix(below(session, lease))));
        case 6, 7 -> {
          if (calls.timeToLive(lease).orElse(0L) < 0) {
            held.remove(lease);
          }
        }
        default -> {
          if (calls.renew(lease).orElse(1L) == 0) {
            held.remove(lease);
          }
        }
      }
    }
  }

  private static void attach(Session session, Recorder recorder, long lease, Values values) {
    Bytes value = values.next();
    Bytes key = below(session, lease).concat(value);
    recorder.txn(Calls.single(PutOp.builder(key, value).lease(lease).build()));
  }

  private static Bytes below(Session session, long lease) {
    return session.prefix().concat(Bytes.utf8("lease/" + lease + "/"));
  }
}
