package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.LogPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Registers in memory; a crash takes them back to some state since the last flush. */
final class MemoryMachine implements SimMachine {
  private record Image(Registers registers) implements Snapshot {
    @Override
    public LogPosition position() {
      return registers.applied();
    }

    @Override
    public byte[] config() {
      return registers.config();
    }

    @Override
    public long hash() {
      return registers.hash();
    }
  }

  private Registers flushed = new Registers();
  private final List<Entry> unflushed = new ArrayList<>();
  private Registers registers = new Registers();

  @Override
  public LogPosition applied() {
    return registers.applied();
  }

  @Override
  public byte[] config() {
    return registers.config();
  }

  @Override
  public LogPosition durable() {
    return flushed.applied();
  }

  @Override
  public long[] apply(List<Entry> entries) {
    long[] answers = entries.stream().mapToLong(registers::apply).toArray();
    unflushed.addAll(entries);
    return answers;
  }

  @Override
  public LogPosition flush() {
    flushed = registers.copy();
    unflushed.clear();
    return flushed.applied();
  }

  @Override
  public void crash(SplittableRandom random, boolean power) {
    unflushed.subList(0, random.nextInt(unflushed.size() + 1)).forEach(flushed::apply);
    unflushed.clear();
    registers = flushed.copy();
  }

  @Override
  public Snapshot checkpoint() {
    return new Image(registers.copy());
  }

  @Override
  public void install(Snapshot snapshot) {
    registers = ((Image) snapshot).registers().copy();
    flush();
  }

  @Override
  public long value(int register) {
    return registers.value(register);
  }

  @Override
  public long hash() {
    return registers.hash();
  }
}
