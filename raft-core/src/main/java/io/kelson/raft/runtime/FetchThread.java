package io.kelson.raft.runtime;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.LogFetch;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.log.EntriesUnavailableException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Serves followers that lag behind the core's memory: reads their entries from the log and sends
 * them, away from the raft loop. A fetch that does not fit in its queue is dropped, as if the
 * network had lost the message.
 */
final class FetchThread {
  private static final int MAX_QUEUED = 256;

  private final ApplyThread.LogReader log;
  private final int maxAppendBytes;
  private final Consumer<Message> send;
  private final Consumer<Throwable> onFailure;
  private final ArrayDeque<LogFetch> queue = new ArrayDeque<>();
  private final Thread thread;
  private boolean closed;

  FetchThread(
      String name,
      ApplyThread.LogReader log,
      int maxAppendBytes,
      Consumer<Message> send,
      Consumer<Throwable> onFailure) {
    this.log = log;
    this.maxAppendBytes = maxAppendBytes;
    this.send = send;
    this.onFailure = onFailure;
    this.thread = new Thread(this::run, name);
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  synchronized void submit(LogFetch fetch) {
    if (queue.size() < MAX_QUEUED) {
      queue.add(fetch);
      notifyAll();
    }
  }

  /**
   * Stops after the fetch under way. Not by interrupt: that would close the log's files under the
   * reader.
   */
  void close() throws InterruptedException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    if (thread != Thread.currentThread()) {
      thread.join();
    }
  }

  private void run() {
    try {
      for (LogFetch fetch = next(); fetch != null; fetch = next()) {
        try {
          carryOut(fetch);
        } catch (EntriesUnavailableException gone) {
          // Rewritten since it was asked for: this member no longer leads the term that wanted it.
        }
      }
    } catch (Throwable broken) {
      onFailure.accept(broken);
    }
  }

  private synchronized LogFetch next() throws InterruptedException {
    while (queue.isEmpty() && !closed) {
      wait();
    }
    return closed ? null : queue.poll();
  }

  /**
   * Sends the range in as many requests as the byte bound asks for, or nothing once the log no
   * longer holds it.
   */
  private void carryOut(LogFetch fetch) throws IOException {
    LogPosition prev = fetch.prev();
    while (prev.index() + 1 < fetch.hi()) {
      List<Entry> entries = log.read(prev.index() + 1, fetch.hi(), maxAppendBytes);
      // Checked after the read: if the last entry still is the one meant, so was everything before
      // it.
      if (entries.isEmpty() || !stillHolds(fetch)) {
        return;
      }
      send.accept(
          new Message.AppendRequest(
              fetch.from(),
              fetch.to(),
              fetch.term(),
              prev,
              entries,
              fetch.commit(),
              fetch.round()));
      prev = entries.get(entries.size() - 1).position();
    }
  }

  private boolean stillHolds(LogFetch fetch) throws IOException {
    List<Entry> last = log.read(fetch.hi() - 1, fetch.hi(), 1);
    return last.size() == 1 && last.get(0).term() == fetch.lastTerm();
  }
}
