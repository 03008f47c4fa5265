package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import java.util.Arrays;

/** A state: a few registers, and a hash of everything that made them what they are. */
final class Registers {
  static final int COUNT = 4;

  /** What a conditional write answers when the register held something else. */
  static final long REFUSED = -2;

  private final long[] values = new long[COUNT];
  private LogPosition applied = LogPosition.ZERO;
  private byte[] config = new byte[0];
  private long hash;

  /** What was kept elsewhere. */
  static Registers restored(long[] values, LogPosition applied, byte[] config, long hash) {
    Registers restored = new Registers();
    System.arraycopy(values, 0, restored.values, 0, COUNT);
    restored.applied = applied;
    restored.config = config;
    restored.hash = hash;
    return restored;
  }

  Registers copy() {
    Registers copy = new Registers();
    System.arraycopy(values, 0, copy.values, 0, COUNT);
    copy.applied = applied;
    copy.config = config;
    copy.hash = hash;
    return copy;
  }

  LogPosition applied() {
    return applied;
  }

  long index() {
    return applied.index();
  }

  /** Data of the newest configuration entry, empty if there was none; not to be written to. */
  byte[] config() {
    return config;
  }

  long hash() {
    return hash;
  }

  long value(int register) {
    return values[register];
  }

  /** Applies the next entry; returns the value that it replaced, or {@link #REFUSED}. */
  long apply(Entry entry) {
    if (entry.index() != applied.index() + 1) {
      throw new SimFailure("entry " + entry + " is to be applied after " + applied);
    }
    applied = entry.position();
    hash = mix(hash, entry);
    if (entry.type() != EntryType.NORMAL) {
      config = entry.type() == EntryType.CONFIG ? entry.data() : config;
      return 0;
    }
    Command command = Command.decode(entry.data());
    long before = values[command.register()];
    if (command.expected() != Command.ANY && command.expected() != before) {
      return REFUSED;
    }
    values[command.register()] = command.value();
    return before;
  }

  static long mix(long hash, Entry entry) {
    long h = hash * 0x9E3779B97F4A7C15L + entry.term() * 31 + entry.index();
    h = h * 31 + Arrays.hashCode(entry.data());
    return h ^ (h >>> 29);
  }
}
