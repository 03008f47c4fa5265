package io.kelson.chaos.cluster;

import io.kelson.chaos.Await;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * The port where the other members find one: it listens, or turns connections away as the port of a
 * process that has ended does. It stays the harness's own meanwhile: a socket that does not listen
 * is bound to it. Thread-safe.
 */
final class PeerPort {
  private static final Duration BOUND = Duration.ofSeconds(10);

  private final ServerBootstrap bootstrap;
  private final InetSocketAddress address;
  private Channel listener;
  private SocketChannel placeholder;
  private boolean down;
  private boolean refuses;

  private PeerPort(ServerBootstrap bootstrap, Channel listener) {
    this.bootstrap = bootstrap;
    this.listener = listener;
    this.address = (InetSocketAddress) listener.localAddress();
  }

  /** Listens where the bootstrap says, on any free port. */
  static PeerPort open(ServerBootstrap bootstrap, InetSocketAddress anywhere) {
    return new PeerPort(bootstrap, bootstrap.bind(anywhere).syncUninterruptibly().channel());
  }

  InetSocketAddress address() {
    return address;
  }

  /** Whether the member behind it has ended. */
  synchronized void setDown(boolean value) {
    down = value;
    update();
  }

  /** Whether connections are turned away though the member lives. */
  synchronized void setRefuses(boolean value) {
    refuses = value;
    update();
  }

  private void update() {
    try {
      if (down || refuses) {
        shut();
      } else if (listener == null) {
        listener = bootstrap.bind(address).syncUninterruptibly().channel();
        close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("port " + address + " cannot be kept", e);
    }
  }

  private void shut() throws IOException {
    if (listener != null) {
      listener.close().syncUninterruptibly();
      listener = null;
      placeholder = SocketChannel.open();
      placeholder.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      // A channel that is closed keeps its socket until its loop has looked at the selector again.
      Await.until("the listener of " + address + " to end", BOUND, () -> isBound(placeholder));
    }
  }

  private boolean isBound(SocketChannel channel) {
    try {
      channel.bind(address);
      return true;
    } catch (BindException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives the port up if it turns connections away; a listener is its event loop's to close. */
  synchronized void close() throws IOException {
    if (placeholder != null) {
      placeholder.close();
      placeholder = null;
    }
  }
}
