package io.kelson.server.http;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** A member that is as well as a test says. */
final class FakeHealth implements MemberHealth {
  final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
  volatile List<String> alarms = List.of();
  volatile String disk = "";
  volatile boolean leader = true;
  volatile boolean learner;

  /** What linearizable reads end with; null if the test answers itself. */
  volatile String readError = "";

  record Asked(boolean serializable, Consumer<String> done) {}

  @Override
  public List<String> alarms() {
    return alarms;
  }

  @Override
  public String diskReason() {
    return disk;
  }

  @Override
  public boolean hasLeader() {
    return leader;
  }

  @Override
  public boolean isLearner() {
    return learner;
  }

  @Override
  public void read(boolean serializable, Consumer<String> done) {
    asked.add(new Asked(serializable, done));
    if (serializable) {
      done.accept("");
    } else if (readError != null) {
      done.accept(readError);
    }
  }
}
