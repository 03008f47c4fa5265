package io.kelson.server.http;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/**
 * Finds the JSON objects in a body that arrives in pieces: where one ends and the next begins. What
 * is inside of them is looked at elsewhere. One thread at a time.
 */
final class JsonObjects {
  /** Deeper than the deepest transaction that protobuf would read, well below what overflows. */
  static final int MAX_DEPTH = 200;

  private final int maxBytes;
  private ByteArrayOutputStream begun = new ByteArrayOutputStream(0);
  private int depth;
  private byte[] piece;
  private int at;
  private boolean inString;
  private boolean escaped;

  JsonObjects(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Takes the next bytes.
   *
   * @param each is given the objects that end in them
   * @throws BadJsonException if something else than an object is there, or one is too large or too
   *     deep
   */
  void feed(ByteBuf bytes, Consumer<byte[]> each) throws BadJsonException {
    // Looking at bytes one by one is what arrays are good at.
    piece = new byte[bytes.readableBytes()];
    bytes.readBytes(piece);
    at = 0;
    while (at < piece.length) {
      if (depth == 0 && !maybeBegin()) {
        return;
      }
      int from = at;
      boolean ended = skipToEnd();
      keep(from);
      if (ended) {
        each.accept(begun.toByteArray());
        begun = new ByteArrayOutputStream(0);
      }
    }
  }

  /** Whether an object has begun and not ended. */
  boolean isWithin() {
    return depth > 0;
  }

  private boolean maybeBegin() throws BadJsonException {
    for (; at < piece.length; at++) {
      byte b = piece[at];
      if (b == '{') {
        return true;
      }
      if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
        throw new BadJsonException("expected a JSON object, which begins with {");
      }
    }
    return false;
  }

  private boolean skipToEnd() throws BadJsonException {
    while (at < piece.length) {
      byte b = piece[at++];
      if (inString) {
        skipInString(b);
      } else if (b == '"') {
        inString = true;
      } else if (b == '{' || b == '[') {
        deeper();
      } else if ((b == '}' || b == ']') && --depth == 0) {
        return true;
      }
    }
    return false;
  }

  private void skipInString(byte b) {
    if (escaped) {
      escaped = false;
    } else if (b == '\\') {
      escaped = true;
    } else if (b == '"') {
      inString = false;
    }
  }

  private void deeper() throws BadJsonException {
    depth++;
    if (depth > MAX_DEPTH) {
      throw new BadJsonException("the JSON is nested deeper than " + MAX_DEPTH + " levels");
    }
  }

  private void keep(int from) throws BadJsonException {
    int count = at - from;
    if (begun.size() + count > maxBytes) {
      throw new BadJsonException("one message is larger than " + maxBytes + " bytes");
    }
    begun.write(piece, from, count);
  }
}
