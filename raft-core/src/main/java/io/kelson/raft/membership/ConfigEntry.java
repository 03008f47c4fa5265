package io.kelson.raft.membership;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a configuration entry of the log carries: the members, and what their owner wants to know
 * about them.
 *
 * <p>Encoded, all numbers big-endian: a version byte, 1; then voters, outgoing voters, learners and
 * learners-to-be, each as a count of four bytes and ids of eight; then the context, as a length of
 * four bytes and its bytes.
 *
 * @param configuration the members
 * @param context opaque to Raft, such as names and addresses; owned by this object from
 *     construction on, so nobody may write to it
 */
public record ConfigEntry(Configuration configuration, byte[] context) {
  private static final byte VERSION = 1;

  public ConfigEntry {
    if (configuration == null || context == null) {
      throw new IllegalArgumentException("a configuration entry lacks its members or context");
    }
  }

  /** A configuration of which nothing else is known. */
  public static ConfigEntry of(Configuration configuration) {
    return new ConfigEntry(configuration, new byte[0]);
  }

  /** The bytes that {@link #decode} reads. */
  public byte[] encode() {
    List<List<Long>> lists =
        List.of(
            configuration.voters(),
            configuration.outgoing(),
            configuration.learners(),
            configuration.learnersNext());
    int ids = lists.stream().mapToInt(List::size).sum();
    byte[] data =
        new byte[1 + (lists.size() + 1) * Integer.BYTES + ids * Long.BYTES + context.length];
    data[0] = VERSION;
    int at = 1;
    for (List<Long> list : lists) {
      at = put(data, at, list.size(), Integer.BYTES);
      for (long id : list) {
        at = put(data, at, id, Long.BYTES);
      }
    }
    at = put(data, at, context.length, Integer.BYTES);
    System.arraycopy(context, 0, data, at, context.length);
    return data;
  }

  private static int put(byte[] data, int at, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      data[at + i] = (byte) (value >>> 8 * (bytes - 1 - i));
    }
    return at + bytes;
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if that is not what the bytes are
   */
  public static ConfigEntry decode(byte[] data) {
    Reader reader = new Reader(data);
    long version = reader.number(1);
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "a configuration entry of version " + version + ", this version reads " + VERSION);
    }
    Configuration configuration =
        new Configuration(reader.ids(), reader.ids(), reader.ids(), reader.ids());
    return new ConfigEntry(configuration, reader.rest());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ConfigEntry e
        && e.configuration.equals(configuration)
        && Arrays.equals(e.context, context);
  }

  @Override
  public int hashCode() {
    return configuration.hashCode() * 31 + Arrays.hashCode(context);
  }

  @Override
  public String toString() {
    return configuration + " with " + context.length + " bytes of context";
  }

  private static final class Reader {
    private final byte[] data;
    private int at;

    Reader(byte[] data) {
      this.data = data;
    }

    long number(int bytes) {
      require(bytes <= data.length - at);
      long value = 0;
      for (int i = 0; i < bytes; i++) {
        value = value << 8 | data[at++] & 0xff;
      }
      return value;
    }

    List<Long> ids() {
      long count = number(Integer.BYTES);
      require(count <= (data.length - at) / Long.BYTES);
      List<Long> ids = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        ids.add(number(Long.BYTES));
      }
      return ids;
    }

    byte[] rest() {
      long length = number(Integer.BYTES);
      require(length == data.length - at);
      return Arrays.copyOfRange(data, at, data.length);
    }

    private void require(boolean holds) {
      if (!holds) {
        throw new IllegalArgumentException(
            "a configuration entry of " + data.length + " bytes does not add up at byte " + at);
      }
    }
  }
}
