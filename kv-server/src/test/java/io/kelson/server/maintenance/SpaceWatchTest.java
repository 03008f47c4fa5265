package io.kelson.server.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.AlarmRequest.AlarmAction;
import io.kelson.api.AlarmType;
import io.kelson.server.mvcc.MvccOptions;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.proto.AlarmChange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpaceWatchTest {
  private static final long SELF = 0xa1;
  private static final long GIB = 1L << 30;

  @TempDir Path temp;
  private final Disk disk = new Disk();
  private final List<AlarmAction> proposed = new ArrayList<>();
  private MvccStore store;
  private MaintenanceStore state;
  private int reclaims;
  private boolean canSpareThis;

  private static final class Disk implements SpaceWatch.Space {
    long store = 1;
    long free = 90 * GIB;
    long size = 100 * GIB;

    @Override
    public long storeBytes() {
      return store;
    }

    @Override
    public long freeBytes() {
      return free;
    }

    @Override
    public long diskBytes() {
      return size;
    }
  }

  @BeforeEach
  void open() {
    store = MvccStore.open(temp.resolve("store"), MvccOptions.defaults(1));
    state = new MaintenanceStore(store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** The alarm is there as soon as it is asked for. */
  private SpaceWatch watch(long quotaBytes) {
    return new SpaceWatch(
        quotaBytes, disk, state, SELF, this::carryOut, () -> reclaims++, () -> canSpareThis);
  }

  private void carryOut(AlarmChange change) {
    proposed.add(change.getRequest().getAction());
    state.publish(MaintenanceEdit.of(change, state.current()).after());
  }

  @Test
  void theAlarmComesAtTheQuotaAndGoesBelowNineTenthsOfIt() {
    SpaceWatch watch = watch(1000);
    disk.store = 999;
    watch.look();
    assertThat(watch.isExceeded()).isFalse();
    assertThat(proposed).isEmpty();
    disk.store = 1000;
    watch.look();
    watch.look();
    assertThat(watch.isExceeded()).isTrue();
    assertThat(proposed).containsExactly(AlarmAction.ACTIVATE);
    disk.store = 900;
    watch.look();
    assertThat(proposed).hasSize(1);
    disk.store = 899;
    watch.look();
    assertThat(proposed).containsExactly(AlarmAction.ACTIVATE, AlarmAction.DEACTIVATE);
    assertThat(watch.isExceeded()).isFalse();
    assertThat(state.current().alarms()).isEmpty();
  }

  @Test
  void withoutAQuotaSomeOfTheDiskStaysFree() {
    SpaceWatch watch = watch(0);
    disk.free = 4 * GIB;
    watch.look();
    assertThat(proposed).isEmpty();
    disk.free = 4 * GIB - 1;
    watch.look();
    assertThat(proposed).containsExactly(AlarmAction.ACTIVATE);
    disk.free = 5 * GIB;
    watch.look();
    assertThat(proposed).hasSize(1);
    disk.free = 5 * GIB + 1;
    watch.look();
    assertThat(proposed).containsExactly(AlarmAction.ACTIVATE, AlarmAction.DEACTIVATE);
  }

  /** Others go on without a member whose disk is full, so it has nobody stopped for that. */
  @Test
  void withoutAQuotaOnlyAMajorityWithoutRoomStopsTheCluster() {
    canSpareThis = true;
    SpaceWatch watch = watch(0);
    disk.free = 4 * GIB - 1;
    watch.look();
    assertThat(watch.isLacking()).isTrue();
    assertThat(watch.isExceeded()).isFalse();
    assertThat(proposed).isEmpty();
    canSpareThis = false;
    watch.look();
    assertThat(watch.isExceeded()).isTrue();
    assertThat(proposed).containsExactly(AlarmAction.ACTIVATE);
    canSpareThis = true;
    watch.look();
    assertThat(proposed).containsExactly(AlarmAction.ACTIVATE, AlarmAction.DEACTIVATE);
    assertThat(watch.isLacking()).isTrue();
    disk.free = 5 * GIB;
    watch.look();
    assertThat(watch.isLacking()).as("a little is not yet enough").isTrue();
    disk.free = 5 * GIB + 1;
    watch.look();
    assertThat(watch.isLacking()).isFalse();
  }

  /** A quota is a promise about the store, not about one disk. */
  @Test
  void atTheQuotaTheClusterStopsWhoeverHasRoom() {
    canSpareThis = true;
    SpaceWatch watch = watch(1000);
    disk.store = 1000;
    watch.look();
    assertThat(proposed).containsExactly(AlarmAction.ACTIVATE);
  }

  @Test
  void onSmallDisksItIsAQuarterAtMost() {
    disk.size = 64 << 20;
    disk.free = 17 << 20;
    disk.store = 10 << 20;
    SpaceWatch watch = watch(0);
    watch.look();
    assertThat(proposed).isEmpty();
    assertThat(watch.limitBytes()).isEqualTo(11 << 20);
    disk.free = 15 << 20;
    watch.look();
    assertThat(proposed).containsExactly(AlarmAction.ACTIVATE);
  }

  @Test
  void whatSomebodyRaisedByHandStays() {
    state.publish(new MaintenanceState(List.of(new Alarm(SELF, AlarmType.NOSPACE, false)), ""));
    SpaceWatch watch = watch(1000);
    watch.look();
    assertThat(proposed).isEmpty();
    assertThat(state.current().has(AlarmType.NOSPACE)).isTrue();
  }

  @Test
  void spaceIsAskedForAsLongAsItIsNeededButNotAllTheTime() {
    SpaceWatch watch = watch(1000);
    disk.store = 1000;
    for (int i = 0; i < 41; i++) {
      watch.look();
    }
    assertThat(reclaims).isBetween(2, 3);
  }

  @Test
  void aNegativeQuotaSwitchesItOff() {
    SpaceWatch watch = watch(-1);
    disk.free = 0;
    disk.store = Long.MAX_VALUE;
    watch.look();
    assertThat(watch.isExceeded()).isFalse();
    assertThat(watch.limitBytes()).isZero();
    assertThat(proposed).isEmpty();
  }
}
