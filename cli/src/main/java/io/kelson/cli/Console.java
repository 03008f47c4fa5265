package io.kelson.cli;

import io.kelson.client.Bytes;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Standard input, output and error as bytes.
 *
 * <p>Output is collected and goes out on {@link #flush}, which every command owes at its end and a
 * watch after each batch. Thread-safe, as far as each call goes.
 */
final class Console {
  private final InputStream in;
  private final OutputStream out;
  private final OutputStream err;
  private final Terminal terminal;

  Console(InputStream in, OutputStream out, OutputStream err) {
    this(in, out, err, Terminal.NONE);
  }

  Console(InputStream in, OutputStream out, OutputStream err, Terminal terminal) {
    this.in = in;
    this.out = new BufferedOutputStream(out, 1 << 13);
    this.err = err;
    this.terminal = terminal;
  }

  /** Who looks. */
  Terminal terminal() {
    return terminal;
  }

  InputStream in() {
    return in;
  }

  /** Prints text. */
  synchronized Console print(String text) {
    return write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Prints text and ends the line. */
  synchronized Console line(String text) {
    return print(text).print("\n");
  }

  /** Prints bytes as they are. */
  synchronized Console print(Bytes bytes) {
    return write(bytes.toByteArray());
  }

  synchronized Console write(byte[] bytes) {
    try {
      out.write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  synchronized void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A line on standard error, at once. */
  synchronized void error(String text) {
    try {
      err.write((text + "\n").getBytes(StandardCharsets.UTF_8));
      err.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The next line of input as byte text without its end; null at the end of input, where an
   * unfinished line does not count.
   */
  String readLine() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b == '\n') {
          return ByteText.of(line.toByteArray());
        }
        line.write(b);
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
