package io.kelson.server.rpc;

import io.kelson.api.EtcdError;
import io.kelson.server.http.MemberHealth;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Answers for a member whose doors are open. A serializable read needs nothing but the store, which
 * stands as long as the doors do.
 */
record MemberProbes(
    Supplier<List<String>> raised,
    BooleanSupplier learner,
    LeaderWatch leader,
    DiskHealth disk,
    LinearizableReads reads)
    implements MemberHealth {
  @Override
  public List<String> alarms() {
    return raised.get();
  }

  @Override
  public String diskReason() {
    return disk.isFull() ? disk.reason() : "";
  }

  @Override
  public boolean hasLeader() {
    return leader.hasLeader();
  }

  @Override
  public boolean isLearner() {
    return learner.getAsBoolean();
  }

  @Override
  public void read(boolean serializable, Consumer<String> done) {
    if (serializable) {
      done.accept("");
      return;
    }
    reads.submit(
        CallLoop.current(),
        new LinearizableReads.Read() {
          @Override
          public void ready() {
            done.accept("");
          }

          @Override
          public void failed(EtcdError error) {
            done.accept(error.text());
          }
        });
  }
}
