package io.kelson.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable string of bytes: what keys and values are.
 *
 * <p>Equal by content and ordered as the store orders keys (unsigned, byte by byte). Safe to share
 * between threads.
 */
public final class Bytes implements Comparable<Bytes> {
  /** No bytes at all. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  /** One zero byte: as a range end it means "every key from the start key on". */
  public static final Bytes ZERO = new Bytes(new byte[1]);

  private final byte[] content;

  private Bytes(byte[] content) {
    this.content = content;
  }

  /** A copy of {@code content}. */
  public static Bytes of(byte[] content) {
    return content.length == 0 ? EMPTY : new Bytes(content.clone());
  }

  /** The UTF-8 form of {@code text}. */
  public static Bytes utf8(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Takes {@code content} over: the caller must never write to it again. */
  static Bytes wrap(byte[] content) {
    return content.length == 0 ? EMPTY : new Bytes(content);
  }

  /** The bytes themselves; whoever gets them must not write to them. */
  byte[] shared() {
    return content;
  }

  /** How many bytes. */
  public int size() {
    return content.length;
  }

  /** True when there are none. */
  public boolean isEmpty() {
    return content.length == 0;
  }

  /** The byte at {@code index}, counted from 0. */
  public byte at(int index) {
    return content[index];
  }

  /** A copy that the caller may keep and change. */
  public byte[] toByteArray() {
    return content.clone();
  }

  /** The content read as UTF-8; what is not UTF-8 becomes U+FFFD. */
  public String utf8() {
    return new String(content, StandardCharsets.UTF_8);
  }

  /** True when this begins with {@code prefix}. */
  public boolean startsWith(Bytes prefix) {
    return content.length >= prefix.content.length
        && Arrays.equals(
            content, 0, prefix.content.length, prefix.content, 0, prefix.content.length);
  }

  /** The bytes from {@code index} on, which may be the size. */
  public Bytes from(int index) {
    return wrap(Arrays.copyOfRange(content, index, content.length));
  }

  /** These bytes followed by {@code suffix}. */
  public Bytes concat(Bytes suffix) {
    byte[] joined = Arrays.copyOf(content, content.length + suffix.content.length);
    System.arraycopy(suffix.content, 0, joined, content.length, suffix.content.length);
    return wrap(joined);
  }

  /**
   * The first key after every key that begins with these bytes: the range end of a prefix query.
   *
   * <p>{@link #ZERO} (no end) when there is none, that is for no bytes or nothing but {@code 0xff}.
   */
  public Bytes prefixEnd() {
    for (int i = content.length - 1; i >= 0; i--) {
      if (content[i] != (byte) 0xff) {
        byte[] end = Arrays.copyOf(content, i + 1);
        end[i]++;
        return wrap(end);
      }
    }
    return ZERO;
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(content, other.content);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes && Arrays.equals(content, ((Bytes) other).content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  /** The text when it is printable ASCII, else the bytes in hexadecimal after {@code 0x}. */
  @Override
  public String toString() {
    for (byte b : content) {
      if (b < 0x20 || b == 0x7f) {
        return "0x" + HexFormat.of().formatHex(content);
      }
    }
    return new String(content, StandardCharsets.US_ASCII);
  }
}
