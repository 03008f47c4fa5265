package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ConnectErrorsTest {
  /**
   * Nobody can be reached there: it is the group of all hosts of this network, and TCP is for two.
   */
  private static final SocketAddress NOT_REACHABLE = new InetSocketAddress("224.0.0.1", 9);

  @Test
  void aPortThatNobodyHasIsRefused() throws Exception {
    Throwable problem = nioProblem(freePort());
    assertThat(ConnectErrors.isRefusal(problem)).as("%s", problem).isTrue();
  }

  @Test
  void aPortThatNobodyHasIsRefusedByEpoll() throws Exception {
    Assumptions.assumeTrue(Epoll.isAvailable(), "epoll is not there");
    Throwable problem = epollProblem(freePort());
    assertThat(ConnectErrors.isRefusal(problem)).as("%s", problem).isTrue();
  }

  @Test
  void aHostThatCannotBeReachedRefusesNothing() throws Exception {
    Throwable problem = nioProblem(NOT_REACHABLE);
    assertThat(problem).isInstanceOf(IOException.class);
    assertThat(ConnectErrors.isRefusal(problem)).as("%s", problem).isFalse();
  }

  @Test
  void aHostThatCannotBeReachedRefusesNothingByEpoll() throws Exception {
    Assumptions.assumeTrue(Epoll.isAvailable(), "epoll is not there");
    Throwable problem = epollProblem(NOT_REACHABLE);
    assertThat(problem).isInstanceOf(IOException.class);
    assertThat(ConnectErrors.isRefusal(problem)).as("%s", problem).isFalse();
  }

  @Test
  void otherErrorsAreNone() {
    assertThat(ConnectErrors.isRefusal(new ConnectTimeoutException("connection timed out")))
        .isFalse();
    assertThat(ConnectErrors.isRefusal(new ConnectException("Connection timed out"))).isFalse();
    assertThat(ConnectErrors.isRefusal(new ConnectException(null))).isFalse();
    assertThat(
            ConnectErrors.isRefusal(
                new ConnectException("connect(..) failed with error(-1): Operation not permitted")))
        .isFalse();
    assertThat(ConnectErrors.isRefusal(new NoRouteToHostException("No route to host"))).isFalse();
    assertThat(ConnectErrors.isRefusal(new IOException("Connection refused"))).isFalse();
  }

  private static SocketAddress freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalSocketAddress();
    }
  }

  private static Throwable nioProblem(SocketAddress to) throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    return problem(group, NioSocketChannel.class, to);
  }

  private static Throwable epollProblem(SocketAddress to) throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    return problem(group, EpollSocketChannel.class, to);
  }

  private static Throwable problem(
      EventLoopGroup group, Class<? extends Channel> type, SocketAddress to) throws Exception {
    try {
      return new Bootstrap()
          .group(group)
          .channel(type)
          .handler(new ChannelInboundHandlerAdapter())
          .connect(to)
          .await()
          .cause();
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }
  }
}
