package io.kelson.raft.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** What a file shows, what of it is durable, and the writes in between, in order. */
final class CrashableFile {
  private static final int SECTOR_BYTES = 512;
  private static final int PAGE_BYTES = 4096;

  private record Write(int position, byte[] bytes) {
    int end() {
      return position + bytes.length;
    }
  }

  private final List<Write> pending = new ArrayList<>();
  private Content shown = new Content();
  private Content durable = new Content();

  void write(ByteBuffer source, int position) {
    byte[] bytes = new byte[source.remaining()];
    source.get(bytes);
    Write write = new Write(position, bytes);
    shown.write(position, bytes, 0, bytes.length);
    pending.add(write);
  }

  int read(ByteBuffer target, long position) {
    int bytes = (int) Math.max(0, Math.min(target.remaining(), shown.size - position));
    if (bytes > 0) {
      target.put(shown.bytes, (int) position, bytes);
    }
    return bytes;
  }

  int size() {
    return shown.size;
  }

  void force() {
    for (Write write : pending) {
      durable.write(write.position, write.bytes, 0, write.bytes.length);
    }
    pending.clear();
  }

  /** A sync failed: the pages count as clean from now on, though they never reached the disk. */
  void forget() {
    pending.clear();
  }

  /** Power failed: every unit keeps some version that it had since it was last forced. */
  void crash(RandomGenerator random) {
    int mode = random.nextInt(4);
    if (mode == 0) {
      force();
    } else if (mode > 1) {
      keepSome(random, mode == 2 ? SECTOR_BYTES : PAGE_BYTES);
    }
    pending.clear();
    shown = durable.copy();
  }

  private void keepSome(RandomGenerator random, int unitBytes) {
    int lo = pending.stream().mapToInt(Write::position).min().orElse(0) / unitBytes * unitBytes;
    int hi = pending.stream().mapToInt(Write::end).max().orElse(0);
    for (int unit = lo; unit < hi; unit += unitBytes) {
      int from = unit;
      int to = unit + unitBytes;
      List<Write> touching =
          pending.stream().filter(w -> w.position < to && w.end() > from).toList();
      int kept = random.nextInt(touching.size() + 1);
      for (Write write : touching.subList(0, kept)) {
        int begin = Math.max(from, write.position);
        int end = Math.min(to, write.end());
        durable.write(begin, write.bytes, begin - write.position, end - begin);
      }
    }
  }

  void flip(int offset, int mask) {
    shown.flip(offset, mask);
    durable.flip(offset, mask);
  }

  /** Changes what is on the disk; what is still to be written there lies above it. */
  void put(int offset, byte[] bytes) {
    shown.put(offset, bytes);
    durable.put(offset, bytes);
    for (Write write : pending) {
      shown.write(write.position, write.bytes, 0, write.bytes.length);
    }
  }

  void truncate(int size) {
    pending.removeIf(write -> write.end() > size);
    shown.truncate(size);
    durable.truncate(size);
  }

  byte[] durableContent() {
    return Arrays.copyOf(durable.bytes, durable.size);
  }

  byte[] content() {
    return Arrays.copyOf(shown.bytes, shown.size);
  }

  CrashableFile durableCopy() {
    CrashableFile copy = new CrashableFile();
    copy.shown = shown.copy();
    copy.durable = shown.copy();
    return copy;
  }

  private static final class Content {
    private byte[] bytes = new byte[0];
    private int size;

    void write(int position, byte[] source, int from, int length) {
      int end = position + length;
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
      }
      System.arraycopy(source, from, bytes, position, length);
      size = Math.max(size, end);
    }

    void flip(int offset, int mask) {
      if (offset < size) {
        bytes[offset] ^= (byte) mask;
      }
    }

    /** Like a write that does not make the file longer. */
    void put(int offset, byte[] source) {
      int length = Math.min(source.length, size - offset);
      if (length > 0) {
        System.arraycopy(source, 0, bytes, offset, length);
      }
    }

    void truncate(int atMost) {
      if (atMost < size) {
        Arrays.fill(bytes, atMost, size, (byte) 0);
        size = atMost;
      }
    }

    Content copy() {
      Content copy = new Content();
      copy.bytes = Arrays.copyOf(bytes, size);
      copy.size = size;
      return copy;
    }
  }
}
