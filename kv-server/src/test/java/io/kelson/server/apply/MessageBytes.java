package io.kelson.server.apply;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Random;

/** Wire bytes such as no generated code writes, for decoders that are written by hand. */
public final class MessageBytes {
  private static final int MAX_FIELD = 70;

  private MessageBytes() {}

  /** Fields of any number and type, some of them with more bytes than they need. */
  public static byte[] anyFields(Random random) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      for (int i = random.nextInt(5); i >= 0; i--) {
        int field = 1 + random.nextInt(random.nextInt(4) == 0 ? MAX_FIELD : 7);
        switch (random.nextInt(5)) {
          case 0 -> out.writeInt64(field, random.nextLong());
          case 1 -> out.writeInt64(field, random.nextInt(3));
          case 2 -> out.writeFixed64(field, random.nextLong());
          case 3 -> {
            out.writeTag(field, 0);
            out.writeRawBytes(new byte[] {(byte) 0x81, (byte) 0x80, 0});
          }
          default -> out.writeByteArray(field, new byte[random.nextInt(4)]);
        }
      }
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The bytes with something changed, cut off, put in or said twice. */
  public static byte[] mutated(byte[] bytes, Random random) {
    int at = random.nextInt(bytes.length + 1);
    byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
    byte[] start = Arrays.copyOf(bytes, at);
    return switch (random.nextInt(6)) {
      case 0 -> start;
      case 1 -> joined(start, new byte[] {(byte) random.nextInt()}, rest);
      case 2 -> joined(start, anyFields(random), rest);
      case 3 -> joined(start, rest, rest);
      case 4 -> joined(bytes, anyFields(random));
      default -> {
        byte[] changed = bytes.clone();
        if (changed.length > 0) {
          changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        }
        yield changed;
      }
    };
  }

  /** One after the other. */
  public static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }
}
