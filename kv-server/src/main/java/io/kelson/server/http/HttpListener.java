package io.kelson.server.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Accepts HTTP/1.1 connections on ports of its own. */
public final class HttpListener implements AutoCloseable {
  private final ChannelGroup listening = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ChannelGroup connections =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final List<InetSocketAddress> bound = new ArrayList<>();

  private HttpListener() {}

  /**
   * Starts to listen.
   *
   * @param prepare makes a new connection an HTTP/1.1 one
   * @throws IOException if an address cannot be listened on; nothing is listened on then
   */
  public static HttpListener open(
      List<InetSocketAddress> addresses,
      EventLoopGroup loops,
      Class<? extends ServerChannel> channel,
      Consumer<Channel> prepare)
      throws IOException {
    HttpListener listener = new HttpListener();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(channel)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    listener.connections.add(connection);
                    prepare.accept(connection);
                  }
                });
    for (InetSocketAddress address : addresses) {
      var binding = bootstrap.bind(address).awaitUninterruptibly();
      if (!binding.isSuccess()) {
        listener.close();
        throw new IOException(binding.cause().getMessage(), binding.cause());
      }
      listener.listening.add(binding.channel());
      listener.bound.add((InetSocketAddress) binding.channel().localAddress());
    }
    return listener;
  }

  /** Where it listens, with the ports the system chose. */
  public List<InetSocketAddress> addresses() {
    return List.copyOf(bound);
  }

  /** Accepts nobody any more; requests being answered are the last of their connections. */
  public void refuseNewCalls() {
    listening.close();
    connections.forEach(connection -> connection.pipeline().fireUserEventTriggered(Draining.EVENT));
  }

  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
    connections.forEach(Draining::closeNow);
  }
}
