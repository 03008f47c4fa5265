package io.kelson.server.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** HTTP/2 written by hand (RFC 9113), so that it can be written wrong. */
final class Http2Bytes {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** The preface and empty settings. */
  static Http2Bytes connection() {
    Http2Bytes bytes = new Http2Bytes();
    bytes.out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return bytes.frame(SETTINGS, 0, 0);
  }

  Http2Bytes frame(int type, int flags, int stream, byte... payload) {
    out.write(payload.length >> 16);
    out.write(payload.length >> 8);
    out.write(payload.length);
    out.write(type);
    out.write(flags);
    number(stream);
    out.writeBytes(payload);
    return this;
  }

  private void number(int value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.write(value >> shift);
    }
  }

  /** A call's headers. */
  Http2Bytes call(int stream, String path) {
    return frame(HEADERS, END_HEADERS, stream, headers(path));
  }

  /** A message of gRPC, the last of the call. */
  Http2Bytes message(int stream, byte[] message) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.write(0);
    for (int shift = 24; shift >= 0; shift -= 8) {
      data.write(message.length >> shift);
    }
    data.writeBytes(message);
    byte[] all = data.toByteArray();
    int maxFrame = 16_384;
    for (int at = 0; at < all.length; at += maxFrame) {
      int end = Math.min(all.length, at + maxFrame);
      frame(DATA, end == all.length ? END_STREAM : 0, stream, Arrays.copyOfRange(all, at, end));
    }
    return this;
  }

  static byte[] headers(String path) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    literal(block, ":method", "POST");
    literal(block, ":scheme", "http");
    literal(block, ":path", path);
    literal(block, ":authority", "localhost");
    literal(block, "content-type", "application/grpc");
    literal(block, "te", "trailers");
    return block.toByteArray();
  }

  /** RFC 7541, section 6.2.2: never indexed, not compressed. */
  static void literal(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    string(block, name);
    string(block, value);
  }

  private static void string(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length < 127) {
      block.write(bytes.length);
    } else {
      block.write(127);
      int rest = bytes.length - 127;
      for (; rest >= 128; rest >>= 7) {
        block.write(rest & 127 | 128);
      }
      block.write(rest);
    }
    block.writeBytes(bytes);
  }

  byte[] toBytes() {
    return out.toByteArray();
  }
}
