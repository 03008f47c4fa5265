package io.kelson.server.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.LogPosition;
import io.kelson.raft.log.DiskDirectory;
import io.kelson.raft.log.LogInspection;
import io.kelson.raft.log.LogOptions;
import io.kelson.raft.log.LogOwner;
import io.kelson.raft.snapshot.Checkpoint;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import io.kelson.server.cluster.DataDirectory;
import io.kelson.server.cluster.Identity;
import io.kelson.server.mvcc.MvccOptions;
import io.kelson.server.mvcc.StoreHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member dies after a snapshot has taken the store's place and before its log begins anew behind
 * it. The crash is that the second step is not done.
 */
@Timeout(120)
class SnapshotInstallCrashTest {
  @TempDir Path temp;

  @Test
  void theLogBeginsAgainBehindTheStore() throws Exception {
    try (LocalCluster cluster = new LocalCluster(temp, 1)) {
      cluster.startAll();
      cluster.put(0, "a");
      cluster.stop(0);
      Path behind = temp.resolve("behind");
      copy(cluster.dataDir(0), behind);

      cluster.start(0);
      cluster.awaitReady(0);
      for (String key : List.of("b", "c", "d")) {
        cluster.put(0, key);
      }
      cluster.stop(0);
      Path ahead = temp.resolve("ahead");
      Files.move(cluster.dataDir(0), ahead);
      Files.move(behind, cluster.dataDir(0));

      LogPosition installed = installStoreOnly(ahead, cluster.dataDir(0));
      assertThat(log(cluster.dataDir(0)).last().index()).isLessThan(installed.index());

      cluster.start(0);
      cluster.awaitReady(0);
      assertThat(cluster.keys(0)).containsExactly("a", "b", "c", "d");
      cluster.put(0, "e");
      cluster.stop(0);
      assertThat(log(cluster.dataDir(0)).base()).isEqualTo(installed);

      cluster.start(0);
      cluster.awaitReady(0);
      assertThat(cluster.keys(0)).as("once more").containsExactly("a", "b", "c", "d", "e");
    }
  }

  /** What a member does with a snapshot, up to the step that the crash prevents. */
  private LogPosition installStoreOnly(Path from, Path to) throws Exception {
    MvccOptions options = MvccOptions.defaults(identity(to).clusterId());
    try (StoreHome source = StoreHome.open(from, options);
        StoreHome target = StoreHome.open(to, options)) {
      Checkpoint checkpoint = source.checkpoint();
      ReceivedSnapshot snapshot =
          new ReceivedSnapshot(
              checkpoint.directory(),
              0xfeed,
              checkpoint.position().term(),
              checkpoint.position(),
              checkpoint.config());
      target.verify(snapshot);
      target.install(snapshot);
      return snapshot.position();
    }
  }

  private static LogInspection log(Path dataDir) throws Exception {
    Identity owner = identity(dataDir);
    return LogInspection.of(
        LogOptions.builder(DiskDirectory.open(dataDir.resolve("log")))
            .owner(new LogOwner(owner.clusterId(), owner.memberId()))
            .build());
  }

  private static Identity identity(Path dataDir) throws Exception {
    try (DataDirectory directory = DataDirectory.open(dataDir)) {
      return directory.identity();
    }
  }

  private static void copy(Path from, Path to) throws Exception {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
