package io.kelson.raft.transport;

import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks names up away from the event loops, because the JDK's lookup blocks, for as long as the
 * name server pleases. Threads exist only while there is something to look up; each peer has at
 * most one lookup under way, which bounds the queue.
 */
final class NameLookup implements AutoCloseable {
  static final String THREAD_PREFIX = "kelson-peer-dns";

  private static final int THREADS = 2;

  private final ThreadPoolExecutor threads;

  NameLookup() {
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory(THREAD_PREFIX, true));
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Where that peer is now; literal addresses are answered at once.
   *
   * @param attempt picks one of several addresses behind a name, in turn
   */
  CompletableFuture<InetSocketAddress> find(PeerAddress address, int attempt) {
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(address.host());
    if (literal != null) {
      return CompletableFuture.completedFuture(at(literal, address.port()));
    }
    try {
      return CompletableFuture.supplyAsync(() -> lookUp(address, attempt), threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static InetSocketAddress at(byte[] literal, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(literal), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("a literal address of " + literal.length + " bytes", e);
    }
  }

  private static InetSocketAddress lookUp(PeerAddress address, int attempt) {
    try {
      InetAddress[] all = InetAddress.getAllByName(address.host());
      return new InetSocketAddress(all[Math.floorMod(attempt, all.length)], address.port());
    } catch (UnknownHostException e) {
      throw new CompletionException("unknown host " + address.host(), e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
