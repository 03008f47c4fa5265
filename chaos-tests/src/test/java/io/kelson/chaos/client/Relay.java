package io.kelson.chaos.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A TCP relay in front of one member, which can be cut, made slow or silent, and made whole. */
final class Relay implements AutoCloseable {
  private final int targetPort;
  private final ServerSocket door;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;

  /** How long each piece is held back. */
  private volatile long delayMillis;

  private boolean silent;

  Relay(int targetPort) throws IOException {
    this.targetPort = targetPort;
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  String endpoint() {
    return "127.0.0.1:" + door.getLocalPort();
  }

  /** Breaks every connection and refuses new ones. */
  void cut() {
    cut = true;
    speak();
    sockets.forEach(Relay::close);
  }

  /** Lets connections through again. */
  void join() {
    cut = false;
  }

  /** Holds back every piece for so long, in both directions. */
  void slow(long millis) {
    delayMillis = millis;
  }

  /** Keeps connections, and lets nothing through until {@link #speak}. */
  synchronized void fallSilent() {
    silent = true;
  }

  /** Lets through what was held back, and what follows. */
  synchronized void speak() {
    silent = false;
    notifyAll();
  }

  private void holdBack() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(delayMillis);
      synchronized (this) {
        while (silent && !cut) {
          wait();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("told to stop");
    }
  }

  @Override
  public void close() throws IOException {
    cut();
    door.close();
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket client = door.accept();
        if (cut) {
          close(client);
          continue;
        }
        Socket server = new Socket(InetAddress.getLoopbackAddress(), targetPort);
        sockets.add(client);
        sockets.add(server);
        start(() -> copy(client, server));
        start(() -> copy(server, client));
        if (cut) {
          close(client);
          close(server);
        }
      } catch (IOException e) {
        // The member is down, or the door is closed: the loop's condition tells.
      }
    }
  }

  private void copy(Socket from, Socket to) {
    byte[] buffer = new byte[8192];
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int read = in.read(buffer); read >= 0 && !cut; read = in.read(buffer)) {
        holdBack();
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // One side is gone; so is the other now.
    } finally {
      close(from);
      close(to);
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException("a socket that cannot be closed", e);
    }
  }
}
