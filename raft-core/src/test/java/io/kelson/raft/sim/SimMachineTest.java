package io.kelson.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of state machine beside a plain replay of the same entries. */
class SimMachineTest {
  private static final int STEPS = 120;

  private final SplittableRandom random = new SplittableRandom(5);
  private final List<Entry> log = new ArrayList<>();
  private SimMachine sender;
  private SimMachine receiver;
  private int lost;
  private int installed;
  private int interrupted;

  @BeforeEach
  void write() {
    for (int index = 1; index <= 3 * STEPS; index++) {
      int register = random.nextInt(Registers.COUNT);
      byte[] command = new Command(index, register, Command.ANY, random.nextInt(9)).encode(0);
      boolean config = random.nextInt(20) == 0;
      log.add(
          config
              ? new Entry(1, index, EntryType.CONFIG, new byte[] {(byte) index})
              : new Entry(1, index, EntryType.NORMAL, command));
    }
  }

  @AfterEach
  void close() {
    sender.close();
    receiver.close();
  }

  @ParameterizedTest
  @EnumSource(SimOptions.Machine.class)
  void keepsWhatItPromises(SimOptions.Machine kind) throws IOException {
    sender = kind.create(1);
    receiver = kind.create(2);
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(6)) {
        case 0 ->
            assertThat(sender.flush()).isEqualTo(sender.applied()).isEqualTo(sender.durable());
        case 1 -> crash(sender);
        case 2 -> ship();
        default -> apply();
      }
      requireReplayed(sender);
      requireReplayed(receiver);
    }
    assertThat(lost).as("entries lost in crashes").isPositive();
    assertThat(installed).as("snapshots installed").isPositive();
    if (kind == SimOptions.Machine.ROCKSDB) {
      assertThat(interrupted).as("installations that crashed").isPositive();
    }
  }

  private void apply() throws IOException {
    int from = (int) sender.applied().index();
    List<Entry> entries = log.subList(from, from + 1 + random.nextInt(3));
    assertThat(sender.apply(entries)).hasSameSizeAs(entries);
  }

  private void crash(SimMachine machine) {
    LogPosition durable = machine.durable();
    long applied = machine.applied().index();
    machine.crash(random, random.nextBoolean());
    assertThat(machine.applied().index()).isBetween(durable.index(), applied);
    lost += (int) (applied - machine.applied().index());
  }

  /** An installation happens as a whole, or the state is what it was. */
  private void ship() throws IOException {
    SimMachine.Snapshot snapshot = sender.checkpoint();
    assertThat(snapshot.position()).isEqualTo(sender.applied());
    assertThat(snapshot.config()).isEqualTo(sender.config());
    LogPosition before = receiver.applied();
    try {
      receiver.install(snapshot);
      assertThat(receiver.applied()).isEqualTo(snapshot.position()).isEqualTo(receiver.durable());
      assertThat(receiver.hash()).isEqualTo(snapshot.hash());
      installed++;
    } catch (IOException crashed) {
      receiver.crash(random, true);
      assertThat(receiver.applied()).isIn(before, snapshot.position());
      interrupted++;
    }
  }

  private void requireReplayed(SimMachine machine) {
    Registers replayed = new Registers();
    log.subList(0, (int) machine.applied().index()).forEach(replayed::apply);
    assertThat(machine.hash()).isEqualTo(replayed.hash());
    assertThat(machine.config()).isEqualTo(replayed.config());
    for (int register = 0; register < Registers.COUNT; register++) {
      assertThat(machine.value(register)).isEqualTo(replayed.value(register));
    }
  }
}
