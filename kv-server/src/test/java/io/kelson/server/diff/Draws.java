package io.kelson.server.diff;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random keys, ranges, values and revisions. The keys are few, so that operations meet; the
 * boundaries are frequent.
 */
final class Draws {
  private static final List<ByteString> KEYS =
      List.of(
          text("a"),
          text("b"),
          text("c"),
          text("d"),
          text("aa"),
          text("ab"),
          text("a/1"),
          text("a/2"),
          bytes(0),
          bytes(0, 0),
          bytes('a', 0),
          bytes(0xc3, 0x28),
          bytes(0xff),
          bytes(0xff, 0xff));

  private static final List<Long> LEASES =
      List.of(1L, 2L, 3L, 4L, 0x7000_0000_0000_0001L, Long.MAX_VALUE, -7L);

  private final SplittableRandom random;

  Draws(long seed) {
    this.random = new SplittableRandom(seed);
  }

  private static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }

  static ByteString bytes(int... bytes) {
    byte[] array = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      array[i] = (byte) bytes[i];
    }
    return ByteString.copyFrom(array);
  }

  /** A revision that is known only when it is used. */
  interface Revision {
    long at(Marks marks);
  }

  boolean percent(int chance) {
    return random.nextInt(100) < chance;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  int between(int lo, int hi) {
    return random.nextInt(lo, hi + 1);
  }

  @SafeVarargs
  final <T> T oneOf(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  ByteString key() {
    return KEYS.get(random.nextInt(KEYS.size()));
  }

  /** A key, now and then none. */
  ByteString maybeKey() {
    return percent(3) ? ByteString.EMPTY : key();
  }

  /** An end for a range that begins there: none, everything, a prefix, or any key, also before. */
  ByteString rangeEnd(ByteString key) {
    int kind = below(100);
    if (kind < 35) {
      return ByteString.EMPTY;
    } else if (kind < 55) {
      return bytes(0);
    } else if (kind < 70 && !key.isEmpty()) {
      return prefixEnd(key);
    } else if (kind < 75) {
      return key.concat(bytes(0));
    } else if (kind < 80) {
      return key;
    }
    return key();
  }

  private static ByteString prefixEnd(ByteString key) {
    byte[] end = key.toByteArray();
    for (int i = end.length - 1; i >= 0; i--) {
      if (end[i] != (byte) 0xff) {
        end[i]++;
        return ByteString.copyFrom(end, 0, i + 1);
      }
    }
    return bytes(0);
  }

  ByteString value() {
    return switch (below(8)) {
      case 0 -> ByteString.EMPTY;
      case 1 -> text("2");
      case 2 -> text("10");
      case 3 -> bytes(0xfe, 0xff, 0);
      case 4 -> ByteString.copyFrom(new byte[1 + below(2000)]);
      default -> text("v" + below(4));
    };
  }

  long lease() {
    return LEASES.get(random.nextInt(LEASES.size()));
  }

  List<Long> leases(int count) {
    List<Long> leases = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      leases.add(percent(5) ? 0 : lease());
    }
    return leases;
  }

  /** Around the newest, the oldest readable, or the first of this sequence; or far away. */
  Revision revision() {
    int near = between(-3, 3);
    int kind = below(100);
    if (kind < 50) {
      int back = below(12);
      return marks -> marks.current() - back;
    } else if (kind < 65) {
      return marks -> marks.current() + near;
    } else if (kind < 80) {
      return marks -> marks.compacted() + near;
    } else if (kind < 92) {
      return marks -> marks.base() + near;
    }
    long far = oneOf(-1L, -2L, 1L, 2L, Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE);
    return marks -> far;
  }

  /** Mostly the newest. */
  Revision maybeRevision(int chance) {
    return percent(chance) ? revision() : marks -> 0;
  }
}
