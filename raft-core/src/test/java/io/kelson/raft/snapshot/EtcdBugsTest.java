package io.kelson.raft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.core.LogPosition;
import io.kelson.raft.snapshot.SnapshotException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bugs that etcd's snapshots had, by the number of their issue at github.com/etcd-io/etcd. The
 * table in docs/RELIABILITY.md names them all, with the tests elsewhere.
 */
@Timeout(120)
class EtcdBugsTest {
  private static final long TERM = 6;

  @TempDir Path temp;

  /** The files of a snapshot that was being installed were deleted when the next one came. */
  @Test
  void issue18055FurtherSnapshotsLeaveAloneWhatIsBeingInstalled() throws Exception {
    try (ShippingMember old = new ShippingMember(1, temp);
        ShippingMember to = new ShippingMember(2, temp);
        ShippingMember next = new ShippingMember(3, temp);
        ShippingMember last = new ShippingMember(4, temp)) {
      ShippingMember.introduce(old.begin(), to.begin(), next.begin(), last.begin());
      Files.writeString(old.files.resolve("CURRENT"), "old");
      Files.writeString(next.files.resolve("CURRENT"), "next");
      Files.writeString(last.files.resolve("CURRENT"), "last");
      last.position = new LogPosition(TERM, 200);
      to.installed = new CompletableFuture<>();
      CompletableFuture<LogPosition> first = old.sender.send(to.id, TERM);
      assertThat(to.arrived.poll(ShippingMember.PATIENCE_SECONDS, TimeUnit.SECONDS).from())
          .isEqualTo(old.id);
      Path inUse = Files.createFile(to.staging().resolve("in-use"));

      CompletableFuture<LogPosition> second = next.sender.send(to.id, TERM + 1);
      CompletableFuture<LogPosition> third = last.sender.send(to.id, TERM + 2);
      assertThatThrownBy(() -> second.get(ShippingMember.PATIENCE_SECONDS, TimeUnit.SECONDS))
          .as("it waits, and gives way to the third, which waits")
          .cause()
          .isInstanceOfSatisfying(
              SnapshotException.class, e -> assertThat(e.reason()).isEqualTo(Reason.SUPERSEDED));
      assertThat(to.arrived).isEmpty();
      assertThat(inUse).exists();
      assertThat(first).isNotDone();
      assertThat(third).isNotDone();

      to.installed.complete(null);
      assertThat(third.get(ShippingMember.PATIENCE_SECONDS, TimeUnit.SECONDS))
          .isEqualTo(last.position);
      assertThat(to.arrived.poll().from()).isEqualTo(last.id);
      assertThat(inUse).doesNotExist();
    }
  }
}
