package io.kelson.raft.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * A directory whose syncs wait at a gate, so that a test decides how long the disk takes, and in
 * whose reads a test can let something else happen.
 */
public final class GatedDirectory implements LogDirectory {
  private final LogDirectory inner;
  private final Semaphore arrivals = new Semaphore(0);
  private final Semaphore permits = new Semaphore(0);
  private volatile boolean gated;
  private Runnable duringRead;

  /** Open at first. */
  public GatedDirectory(LogDirectory inner) {
    this.inner = inner;
  }

  /** From now on every sync waits to be let through. */
  public void close() {
    gated = true;
  }

  /** Returns once a sync is waiting. */
  public void awaitArrival() {
    arrivals.acquireUninterruptibly();
  }

  /** Lets one sync through. */
  void pass() {
    permits.release();
  }

  /** Lets everything through from now on. */
  public void open() {
    gated = false;
    permits.release(1000);
  }

  /** Runs something in the middle of the next read, on the reader's thread. */
  void duringNextRead(Runnable action) {
    duringRead = action;
  }

  @Override
  public List<String> list() throws IOException {
    return inner.list();
  }

  @Override
  public LogFile create(String name) throws IOException {
    return new GatedFile(inner.create(name));
  }

  @Override
  public LogFile open(String name) throws IOException {
    return new GatedFile(inner.open(name));
  }

  @Override
  public void delete(String name) throws IOException {
    inner.delete(name);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    inner.rename(from, to);
  }

  @Override
  public void sync() throws IOException {
    inner.sync();
  }

  @Override
  public long usableBytes() throws IOException {
    return inner.usableBytes();
  }

  @Override
  public String describe() {
    return inner.describe();
  }

  private final class GatedFile implements LogFile {
    private final LogFile file;

    GatedFile(LogFile file) {
      this.file = file;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      file.write(source, position);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      Runnable action = duringRead;
      duringRead = null;
      if (action != null) {
        action.run();
      }
      return file.read(target, position);
    }

    @Override
    public void force() throws IOException {
      if (gated) {
        arrivals.release();
        permits.acquireUninterruptibly();
      }
      file.force();
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
