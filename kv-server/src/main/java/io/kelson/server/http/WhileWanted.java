package io.kelson.server.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.BooleanSupplier;

/** Breaks off when the caller has left. */
final class WhileWanted extends OutputStream {
  private final OutputStream target;
  private final BooleanSupplier wanted;

  WhileWanted(OutputStream target, BooleanSupplier wanted) {
    this.target = target;
    this.wanted = wanted;
  }

  @Override
  public void write(int b) throws IOException {
    target.write(b);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    if (!wanted.getAsBoolean()) {
      throw new IOException("the caller has left");
    }
    target.write(bytes, offset, count);
  }
}
