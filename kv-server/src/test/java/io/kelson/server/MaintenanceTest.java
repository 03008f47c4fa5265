package io.kelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.kelson.api.AlarmMember;
import io.kelson.api.AlarmRequest;
import io.kelson.api.AlarmRequest.AlarmAction;
import io.kelson.api.AlarmType;
import io.kelson.api.CompactionRequest;
import io.kelson.api.DefragmentRequest;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.DowngradeRequest;
import io.kelson.api.DowngradeRequest.DowngradeAction;
import io.kelson.api.HashKVRequest;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.MoveLeaderRequest;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import io.kelson.raft.snapshot.StoreGenerations;
import io.kelson.server.config.CheckSettings;
import io.kelson.server.config.ServerConfigBuilder;
import io.kelson.server.config.StorageSettings;
import io.kelson.server.config.StorageSettings.AutoCompaction;
import io.kelson.server.repair.LocalCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/** Alarms, space, leadership and sameness of running members. */
class MaintenanceTest {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);
  private static final ByteString ALL = ByteString.copyFrom(new byte[1]);

  @TempDir Path temp;
  private LocalCluster cluster;

  @AfterEach
  void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static KVGrpc.KVBlockingStub kv(ManagedChannel channel) {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private static MaintenanceGrpc.MaintenanceBlockingStub maintenance(ManagedChannel channel) {
    return MaintenanceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private void start(int members, Consumer<ServerConfigBuilder> settings) throws Exception {
    cluster = new LocalCluster(temp, members);
    for (int i = 0; i < members; i++) {
      cluster.start(i, settings);
    }
    for (int i = 0; i < members; i++) {
      cluster.awaitReady(i);
    }
  }

  private StatusResponse status(int member) {
    return cluster.ask(
        member, channel -> maintenance(channel).status(StatusRequest.getDefaultInstance()));
  }

  private List<AlarmMember> alarms(int member, AlarmAction action, long id, AlarmType type) {
    AlarmRequest request =
        AlarmRequest.newBuilder().setAction(action).setMemberID(id).setAlarm(type).build();
    return cluster.ask(member, channel -> maintenance(channel).alarm(request)).getAlarmsList();
  }

  private List<AlarmMember> alarms() {
    return alarms(0, AlarmAction.GET, 0, AlarmType.NONE);
  }

  private PutResponse put(int member, String key, byte[] value) {
    return cluster.ask(
        member,
        channel ->
            kv(channel)
                .put(
                    PutRequest.newBuilder()
                        .setKey(utf8(key))
                        .setValue(ByteString.copyFrom(value))
                        .build()));
  }

  private void delete(int member, DeleteRangeRequest.Builder range) {
    assertThat(cluster.ask(member, channel -> kv(channel).deleteRange(range.build())).getDeleted())
        .isPositive();
  }

  private void compact(int member, boolean physical) {
    cluster.ask(
        member,
        channel -> {
          long revision =
              kv(channel)
                  .range(RangeRequest.newBuilder().setKey(ALL).build())
                  .getHeader()
                  .getRevision();
          return kv(channel)
              .compact(
                  CompactionRequest.newBuilder()
                      .setRevision(revision)
                      .setPhysical(physical)
                      .build());
        });
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begin > PATIENCE_NANOS) {
        throw new AssertionError("never came to pass: " + what);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  @Test
  void theQuotaRaisesNoSpaceWhichGoesWhenThereIsRoomAgain() throws Exception {
    StorageSettings quota =
        new StorageSettings(32 << 20, AutoCompaction.PERIODIC, Duration.ZERO, 0);
    start(3, settings -> settings.storage(quota));
    assertThat(status(1).getDbSizeQuota()).isEqualTo(32 << 20);
    byte[] value = new byte[200_000];
    // Or merging alone would make room.
    new Random(1).nextBytes(value);
    List<Integer> refusedAt = new ArrayList<>();
    cluster.ask(
        0,
        channel -> {
          for (int i = 0; refusedAt.isEmpty() && i < 100_000; i++) {
            try {
              kv(channel)
                  .put(
                      PutRequest.newBuilder()
                          .setKey(utf8("k" + i))
                          .setValue(ByteString.copyFrom(value))
                          .build());
            } catch (io.grpc.StatusRuntimeException e) {
              assertThat(e).hasMessageContaining("etcdserver: mvcc: database space exceeded");
              refusedAt.add(i);
            }
          }
          return null;
        });
    assertThat(refusedAt).hasSize(1);
    await("an alarm", () -> !alarms().isEmpty());
    assertThat(alarms()).allMatch(alarm -> alarm.getAlarm() == AlarmType.NOSPACE);
    await("the refusal of a put through another member", () -> isRefused(2));
    String mine =
        "memberID:" + Long.toUnsignedString(alarms().get(0).getMemberID()) + " alarm:NOSPACE";
    await("the alarm in everybody's status", () -> status(2).getErrorsList().contains(mine));

    // Reads, deletes and compaction go on, and give the space back: all but what the last revision
    // deleted, which a watch may still ask for.
    delete(1, DeleteRangeRequest.newBuilder().setKey(utf8("k1")).setRangeEnd(ALL));
    delete(1, DeleteRangeRequest.newBuilder().setKey(ALL).setRangeEnd(ALL));
    compact(1, false);
    await("the end of all alarms", () -> alarms().isEmpty());
    await("a put that is taken", () -> !isRefused(2));
  }

  private boolean isRefused(int member) {
    try {
      put(member, "small", new byte[1]);
      return false;
    } catch (io.grpc.StatusRuntimeException e) {
      assertThat(e).hasMessageContaining("database space exceeded");
      return true;
    }
  }

  @Test
  void anAlarmRaisedByHandStaysUntilItIsTakenBack() throws Exception {
    start(1, settings -> {});
    long self = status(0).getHeader().getMemberId();
    assertThat(alarms(0, AlarmAction.ACTIVATE, self, AlarmType.NOSPACE)).hasSize(1);
    assertThatThrownBy(() -> put(0, "a", new byte[1])).hasMessageContaining("space exceeded");
    cluster.stop(0);
    cluster.start(0, settings -> {});
    cluster.awaitReady(0);
    assertThatThrownBy(() -> put(0, "a", new byte[1])).hasMessageContaining("space exceeded");
    assertThat(alarms(0, AlarmAction.DEACTIVATE, self, AlarmType.NOSPACE)).hasSize(1);
    assertThat(put(0, "a", new byte[1]).getHeader().getRevision()).isEqualTo(2);
  }

  @Test
  void leadershipGoesToWhomeverTheClientNames() throws Exception {
    start(3, settings -> {});
    long leader = status(0).getLeader();
    int leading = 0;
    int other = 0;
    long target = 0;
    for (int i = 0; i < 3; i++) {
      long id = status(i).getHeader().getMemberId();
      if (id == leader) {
        leading = i;
      } else {
        other = i;
        target = id;
      }
    }
    MoveLeaderRequest move = MoveLeaderRequest.newBuilder().setTargetID(target).build();
    int follower = other;
    assertThatThrownBy(() -> cluster.ask(follower, c -> maintenance(c).moveLeader(move)))
        .hasMessageContaining("etcdserver: not leader");
    int now = leading;
    MoveLeaderRequest nobody = MoveLeaderRequest.newBuilder().setTargetID(77).build();
    assertThatThrownBy(() -> cluster.ask(now, c -> maintenance(c).moveLeader(nobody)))
        .hasMessageContaining("etcdserver: bad leader transferee");
    cluster.ask(now, c -> maintenance(c).moveLeader(move));
    assertThat(status(now).getLeader()).isEqualTo(target);
  }

  @Test
  void downgradesAreCheckedAndRememberedAsInEtcd() throws Exception {
    start(1, settings -> {});
    assertThatThrownBy(() -> downgrade(DowngradeAction.VALIDATE, "nonsense"))
        .hasMessageContaining("etcdserver: wrong downgrade target version format");
    assertThatThrownBy(() -> downgrade(DowngradeAction.ENABLE, "3.5.0"))
        .hasMessageContaining("etcdserver: invalid downgrade target version");
    assertThat(downgrade(DowngradeAction.VALIDATE, "3.6")).isEqualTo(KelsonVersion.CLUSTER);
    downgrade(DowngradeAction.ENABLE, "3.6.4");
    assertThat(status(0).getDowngradeInfo().getEnabled()).isTrue();
    assertThat(status(0).getDowngradeInfo().getTargetVersion()).isEqualTo("3.6.0");
    assertThatThrownBy(() -> downgrade(DowngradeAction.ENABLE, "3.6.0"))
        .hasMessageContaining("etcdserver: cluster has a downgrade job in progress");
    downgrade(DowngradeAction.CANCEL, "");
    downgrade(DowngradeAction.CANCEL, "");
    assertThat(status(0).getDowngradeInfo().getEnabled()).isFalse();
  }

  private String downgrade(DowngradeAction action, String version) {
    DowngradeRequest request =
        DowngradeRequest.newBuilder().setAction(action).setVersion(version).build();
    return cluster.ask(0, channel -> maintenance(channel).downgrade(request)).getVersion();
  }

  @Test
  void defragmentationAnswersAtOnceAndChangesNothing() throws Exception {
    start(1, settings -> {});
    put(0, "a", new byte[10]);
    HashKVRequest newest = HashKVRequest.getDefaultInstance();
    int before = cluster.ask(0, c -> maintenance(c).hashKV(newest)).getHash();
    cluster.ask(0, c -> maintenance(c).defragment(DefragmentRequest.getDefaultInstance()));
    assertThat(cluster.ask(0, c -> maintenance(c).hashKV(newest)).getHash()).isEqualTo(before);
    assertThat(status(0).getDbSize()).isPositive();
  }

  @Test
  void aMemberThatHoldsSomethingElseDoesNotStart() throws Exception {
    start(3, settings -> {});
    for (int i = 0; i < 20; i++) {
      put(0, "k" + i, new byte[] {1});
    }
    compact(0, true);
    for (int i = 0; i < 3; i++) {
      int member = i;
      await("everybody's checksum", () -> hasCompacted(member));
    }
    cluster.stop(2);
    changeOnDisk(cluster.dataDir(2), "k7");
    await("a refusal", () -> refusesToStart(2));
    CheckSettings unchecked = new CheckSettings(false, Duration.ZERO, Duration.ofSeconds(1));
    KelsonServer server = cluster.start(2, settings -> settings.checks(unchecked));
    cluster.awaitReady(2);
    assertThat(server.status().self()).isNotZero();
  }

  /** The checksums of the others are taken a moment after the compaction. */
  private boolean refusesToStart(int member) {
    try {
      cluster.start(member, settings -> {});
      cluster.stop(member);
      return false;
    } catch (StartFailure e) {
      assertThat(e).hasMessageContaining("holds something else than most of the cluster");
      assertThat(e).hasMessageContaining("kelson repair --force");
      return true;
    }
  }

  private boolean hasCompacted(int member) {
    return cluster
            .ask(member, c -> maintenance(c).hashKV(HashKVRequest.getDefaultInstance()))
            .getCompactRevision()
        > 0;
  }

  @Test
  void aCompactionShowsWhoHoldsSomethingElse() throws Exception {
    CheckSettings often = new CheckSettings(false, Duration.ZERO, Duration.ofMillis(200));
    start(3, settings -> settings.checks(often));
    for (int i = 0; i < 20; i++) {
      put(0, "k" + i, new byte[] {1});
    }
    long differs = status(2).getHeader().getMemberId();
    cluster.stop(2);
    changeOnDisk(cluster.dataDir(2), "k7");
    cluster.start(2, settings -> settings.checks(often));
    cluster.awaitReady(2);
    assertThat(alarms()).isEmpty();
    compact(0, false);
    await("an alarm", () -> !alarms().isEmpty());
    assertThat(alarms())
        .containsExactly(
            AlarmMember.newBuilder().setMemberID(differs).setAlarm(AlarmType.CORRUPT).build());
    assertThatThrownBy(() -> put(0, "x", new byte[1]))
        .hasMessageContaining("etcdserver: corrupt cluster");
    // Reads are served.
    assertThat(cluster.keys(0)).hasSize(20);
  }

  @Test
  void whatIsAskedForInTheLogIsComparedWithoutACompaction() throws Exception {
    CheckSettings often = new CheckSettings(false, Duration.ofMillis(300), Duration.ZERO);
    start(3, settings -> settings.checks(often));
    for (int i = 0; i < 5; i++) {
      put(0, "k" + i, new byte[] {1});
    }
    long differs = status(2).getHeader().getMemberId();
    cluster.stop(2);
    changeOnDisk(cluster.dataDir(2), "k3");
    cluster.start(2, settings -> settings.checks(often));
    cluster.awaitReady(2);
    await("an alarm", () -> !alarms().isEmpty());
    assertThat(alarms()).extracting(AlarmMember::getMemberID).containsExactly(differs);
  }

  /** One other byte in the value of a key, as no log ever said. */
  private static void changeOnDisk(Path dataDir, String key) throws Exception {
    RocksDB.loadLibrary();
    String path = StoreGenerations.open(dataDir.resolve("store")).current().toString();
    List<ColumnFamilyDescriptor> families = new ArrayList<>();
    try (Options options = new Options()) {
      for (byte[] name : RocksDB.listColumnFamilies(options, path)) {
        families.add(new ColumnFamilyDescriptor(name));
      }
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (DBOptions options = new DBOptions();
        RocksDB db = RocksDB.open(options, path, families, handles);
        FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      byte[] name = key.getBytes(StandardCharsets.UTF_8);
      for (ColumnFamilyHandle handle : handles) {
        if (new String(handle.getName(), StandardCharsets.UTF_8).equals("cur")) {
          byte[] pair = db.get(handle, name);
          assertThat(pair).isNotNull();
          int at = new String(pair, StandardCharsets.ISO_8859_1).lastIndexOf('\u0001');
          pair[at] = 2;
          db.put(handle, name, pair);
          db.flush(flush, handle);
        }
      }
      handles.forEach(ColumnFamilyHandle::close);
    }
  }
}
