package io.kelson.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.MemberAddRequest;
import io.kelson.api.PutRequest;
import io.kelson.api.SnapshotRequest;
import io.kelson.api.SnapshotResponse;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig.ClusterState;
import io.kelson.server.repair.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Snapshot call of running members. */
class SnapshotCallTest {
  @TempDir Path directory;

  /** Revision R is the put of key R - 2, so what a backup of a revision must hold is known. */
  @Test
  void aBackupAmidWritesIsOneRevision() throws Exception {
    try (LocalCluster cluster = new LocalCluster(directory, 3)) {
      cluster.startAll();
      AtomicBoolean done = new AtomicBoolean();
      AtomicReference<Throwable> failed = new AtomicReference<>();
      CountDownLatch begun = new CountDownLatch(200);
      Thread writer =
          new Thread(
              () ->
                  cluster.ask(
                      0,
                      channel -> {
                        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
                        try {
                          for (int i = 0; !done.get(); i++) {
                            ByteString key = Saved.bytes("%08d".formatted(i));
                            kv.put(PutRequest.newBuilder().setKey(key).setValue(key).build());
                            begun.countDown();
                          }
                        } catch (RuntimeException e) {
                          failed.set(e);
                        }
                        return null;
                      }));
      writer.start();
      List<Path> files = new ArrayList<>();
      try {
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        // Whoever leads, two of these are followers.
        for (int member = 0; member < 3; member++) {
          files.add(Saved.by(cluster, member, directory.resolve("amid" + member)));
        }
      } finally {
        done.set(true);
        writer.join();
      }
      assertThat(failed.get()).isNull();
      for (int i = 0; i < files.size(); i++) {
        requireOneRevision(files.get(i), directory.resolve("restored" + i));
      }
      for (int i = 0; i < 3; i++) {
        assertThat(cluster.dataDir(i).resolve("snapshot-outgoing")).isEmptyDirectory();
      }
    }
  }

  private static void requireOneRevision(Path file, Path target) throws Exception {
    long revision;
    try (BackupReader backup = BackupReader.open(file)) {
      revision = backup.manifest().revision();
    }
    try (LocalCluster restored = new LocalCluster(target, 1)) {
      Restore.carryOut(new Restore.Request(file, restored.config(0, s -> {}), 0, false, false));
      restored.startAll();
      assertThat(Saved.all(restored, 0, 0).getHeader().getRevision()).isEqualTo(revision);
      List<String> expected =
          IntStream.range(0, (int) revision - 1).mapToObj("%08d"::formatted).toList();
      assertThat(restored.keys(0)).isEqualTo(expected);
    }
  }

  @Test
  void aLearnerServesIt() throws Exception {
    try (LocalCluster cluster = new LocalCluster(directory, 2)) {
      cluster.start(
          0, s -> s.initialCluster(InitialCluster.single("m0", List.of(cluster.peerUrl(0)))));
      cluster.awaitReady(0);
      cluster.put(0, "a");
      cluster.ask(
          0,
          channel ->
              ClusterGrpc.newBlockingStub(channel)
                  .memberAdd(
                      MemberAddRequest.newBuilder()
                          .addPeerURLs(cluster.peerUrl(1))
                          .setIsLearner(true)
                          .build()));
      cluster.start(1, s -> s.initialClusterState(ClusterState.EXISTING));
      cluster.awaitReady(1);
      Path file = Saved.by(cluster, 1, directory.resolve("learner.db"));
      try (BackupReader backup = BackupReader.open(file)) {
        assertThat(backup.manifest().keys()).isEqualTo(1);
        backup.read(BackupReader.NOWHERE, false);
      }
    }
  }

  /** Takes the first blob and then nothing. */
  private static final class Reluctant
      implements ClientResponseObserver<SnapshotRequest, SnapshotResponse> {
    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<Status> end = new AtomicReference<>();
    private ClientCallStreamObserver<SnapshotRequest> call;

    static Reluctant on(ManagedChannel channel) {
      Reluctant reluctant = new Reluctant();
      MaintenanceGrpc.newStub(channel).snapshot(SnapshotRequest.getDefaultInstance(), reluctant);
      return reluctant;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SnapshotRequest> stream) {
      call = stream;
      stream.disableAutoRequestWithInitial(1);
    }

    @Override
    public void onNext(SnapshotResponse answer) {
      first.countDown();
    }

    @Override
    public void onError(Throwable problem) {
      end.set(Status.fromThrowable(problem));
      over.countDown();
    }

    @Override
    public void onCompleted() {
      over.countDown();
    }

    void awaitFirst() throws InterruptedException {
      assertThat(first.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void twoAtATimeAndNothingStaysOfThoseWhoLeave() throws Exception {
    try (LocalCluster cluster = new LocalCluster(directory, 1)) {
      cluster.startAll();
      // More than flow control lets a client be sent that takes nothing.
      byte[] noise = new byte[1 << 20];
      new Random(1).nextBytes(noise);
      cluster.ask(
          0,
          channel -> {
            for (int i = 0; i < 8; i++) {
              KVGrpc.newBlockingStub(channel)
                  .put(
                      PutRequest.newBuilder()
                          .setKey(Saved.bytes("noise" + i))
                          .setValue(ByteString.copyFrom(noise))
                          .build());
            }
            return null;
          });
      Path outgoing = cluster.dataDir(0).resolve("snapshot-outgoing");
      cluster.ask(0, channel -> inTurn(channel, cluster, outgoing));
      Saved.by(cluster, 0, directory.resolve("after.db"));
    }
  }

  private Void inTurn(ManagedChannel channel, LocalCluster cluster, Path outgoing) {
    try {
      Reluctant one = Reluctant.on(channel);
      Reluctant two = Reluctant.on(channel);
      one.awaitFirst();
      two.awaitFirst();
      assertThatThrownBy(() -> Saved.by(cluster, 0, directory.resolve("third.db")))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("etcdserver: too many requests");
      assertThat(count(outgoing)).isEqualTo(2);
      // Writes are not held up by either.
      cluster.put(0, "meanwhile");
      one.call.cancel("gone", null);
      two.call.cancel("gone", null);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (count(outgoing) > 0 && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      assertThat(outgoing).isEmptyDirectory();
      return null;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long count(Path path) throws IOException {
    try (var listing = Files.list(path)) {
      return listing.count();
    }
  }

  @Test
  void whatACrashLeftOfBackupsIsGoneAfterAStart() throws Exception {
    try (LocalCluster cluster = new LocalCluster(directory, 1)) {
      cluster.startAll();
      cluster.stop(0);
      Path left = cluster.dataDir(0).resolve("snapshot-outgoing/7");
      Files.createDirectories(left);
      Files.writeString(left.resolve("000001.sst"), "left");
      cluster.start(0);
      assertThat(left).doesNotExist();
    }
  }
}
