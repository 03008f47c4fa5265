package io.kelson.server.mvcc;

/** Placeholder for the write side. */
public final class ApplyBatch {
  ApplyBatch() {}
}
