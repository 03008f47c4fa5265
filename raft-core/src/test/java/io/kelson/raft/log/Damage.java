package io.kelson.raft.log;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Harms durable bytes of a log the way failing disks do, wherever the format promises that it is
 * told from a torn write: docs/DISK-FORMAT.md, "Limits", has what cannot be.
 *
 * <p>What is promised is worked out here from the bytes on the disk before they are harmed: a
 * segment is vouched for by the header of the next one, a frame by the head of any later frame that
 * says it was durable. Harm that takes away every witness as well is not done. So a log that has
 * been harmed is refused or as good as it was, and nothing in between.
 */
public final class Damage {
  /** What happened to the disk. */
  public enum Kind {
    /** Bits of some neighbouring bytes turned over. */
    FLIPPED_BITS("flips of bits"),
    /** Whole sectors of one place landed in another. */
    MISDIRECTED_WRITE("writes gone astray"),
    /** Sectors that were synced hold nothing. */
    LOST_WRITE("synced writes lost"),
    /** A file ends early, or holds only zeros from somewhere on. */
    LOST_TAIL("tails lost"),
    /** A file is gone. */
    LOST_SEGMENT("segments lost");

    private final String plural;

    Kind(String plural) {
      this.plural = plural;
    }

    /** What to call several of them. */
    public String plural() {
      return plural;
    }
  }

  /**
   * What was done.
   *
   * @param kind how
   * @param file which file was harmed
   * @param offset where the harm begins, in bytes
   */
  public record Done(Kind kind, String file, int offset) {}

  /** Bytes [lo, hi) of a file that the harm reaches. */
  private record Range(String file, int lo, int hi) {}

  private static final int ATTEMPTS = 20;
  private static final int SECTOR_BYTES = 512;
  private static final int PAGE_BYTES = 4096;
  private static final int MAX_FLIPPED_BYTES = 8;

  private final CrashableDirectory disk;
  private final RandomGenerator random;
  private final boolean running;
  private final List<String> segments;
  private final Witnesses witnesses;

  private Damage(CrashableDirectory disk, RandomGenerator random, boolean running) {
    this.disk = disk;
    this.random = random;
    this.running = running;
    this.segments =
        disk.durableNames().stream()
            .filter(name -> Format.segmentNumber(name) != 0 && disk.shows(name))
            .toList();
    this.witnesses = segments.isEmpty() ? null : new Witnesses(disk.durableContent(newest()));
  }

  /**
   * Does some harm, if it finds any that must be noticed.
   *
   * @param running whether the log is open and will be written to; the mark behind its last frame
   *     is then no witness, as the next frame takes its place
   * @return what was done, or null for nothing
   */
  public static Done maybe(CrashableDirectory disk, RandomGenerator random, boolean running) {
    Damage damage = new Damage(disk, random, running);
    for (int i = 0; i < ATTEMPTS && !damage.segments.isEmpty(); i++) {
      Done done = damage.attempt(Kind.values()[random.nextInt(Kind.values().length)]);
      if (done != null) {
        return done;
      }
    }
    return null;
  }

  private Done attempt(Kind kind) {
    String file = segments.get(random.nextInt(segments.size()));
    return switch (kind) {
      case FLIPPED_BITS -> flip(file);
      case MISDIRECTED_WRITE -> misdirect(file);
      case LOST_WRITE -> loseWrite(file);
      case LOST_TAIL -> loseTail(file);
      case LOST_SEGMENT -> loseSegment(file);
    };
  }

  private Done flip(String file) {
    int lo = somewhere(file);
    int bytes = 1 + random.nextInt(MAX_FLIPPED_BYTES);
    if (!isTold(new Range(file, lo, lo + bytes))) {
      return null;
    }
    byte[] flipped = Arrays.copyOfRange(disk.content(file), lo, lo + bytes);
    for (int i = 0; i < bytes; i++) {
      flipped[i] ^= (byte) (1 + random.nextInt(255));
    }
    disk.put(file, lo, flipped);
    return new Done(Kind.FLIPPED_BITS, file, lo);
  }

  private Done misdirect(String from) {
    String to = segments.get(random.nextInt(segments.size()));
    int unit = unitBytes();
    int source = somewhere(from) / unit * unit;
    int target = somewhere(to) / unit * unit;
    byte[] astray = Arrays.copyOfRange(disk.content(from), source, source + unit);
    boolean missing = random.nextBoolean();
    Range landed = new Range(to, target, target + unit);
    Range left = new Range(from, source, source + unit);
    boolean told = missing ? isTold(landed, left) : isTold(landed);
    if (!told || holds(landed, astray)) {
      return null;
    }
    if (missing) {
      disk.put(from, source, new byte[unit]);
    }
    disk.put(to, target, astray);
    return new Done(Kind.MISDIRECTED_WRITE, to, target);
  }

  private Done loseWrite(String file) {
    int unit = unitBytes();
    int lo = somewhere(file) / unit * unit;
    Range range = new Range(file, lo, lo + unit);
    if (!isTold(range) || holds(range, new byte[unit])) {
      return null;
    }
    disk.put(file, lo, new byte[unit]);
    return new Done(Kind.LOST_WRITE, file, lo);
  }

  private Done loseTail(String file) {
    int lo = somewhere(file);
    int size = disk.content(file).length;
    if (!isTold(new Range(file, lo, size))) {
      return null;
    }
    if (random.nextBoolean()) {
      disk.truncate(file, lo);
    } else {
      disk.put(file, lo, new byte[size - lo]);
    }
    return new Done(Kind.LOST_TAIL, file, lo);
  }

  /** The segment before names the next one once that is used; without any, the log is missing. */
  private Done loseSegment(String file) {
    disk.lose(file);
    return new Done(Kind.LOST_SEGMENT, file, 0);
  }

  private boolean holds(Range range, byte[] bytes) {
    return Arrays.equals(Arrays.copyOfRange(disk.content(range.file), range.lo, range.hi), bytes);
  }

  private int unitBytes() {
    return random.nextBoolean() ? SECTOR_BYTES : PAGE_BYTES;
  }

  /** Mostly where frames are, sometimes in the header. */
  private int somewhere(String file) {
    if (random.nextInt(8) == 0) {
      return random.nextInt(SECTOR_BYTES);
    }
    int end = file.equals(newest()) ? witnesses.end() : lastNonZero(disk.content(file));
    return Format.SEGMENT_HEADER_BYTES
        + random.nextInt(Math.max(1, end - Format.SEGMENT_HEADER_BYTES));
  }

  private static int lastNonZero(byte[] content) {
    int end = content.length;
    while (end > 0 && content[end - 1] == 0) {
      end--;
    }
    return end;
  }

  private String newest() {
    return segments.get(segments.size() - 1);
  }

  private boolean isTold(Range... ranges) {
    int[] inNewest =
        Arrays.stream(ranges)
            .filter(range -> range.file.equals(newest()))
            .flatMapToInt(range -> IntStream.of(range.lo, range.hi))
            .toArray();
    return inNewest.length == 0 || witnesses.remain(running, inNewest);
  }
}
