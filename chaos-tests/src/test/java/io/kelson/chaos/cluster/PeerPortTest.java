package io.kelson.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.Ports;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A port that turns connections away stays where it is. */
class PeerPortTest {
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  @AfterEach
  void stop() {
    loop.shutdownGracefully().syncUninterruptibly();
  }

  @Test
  void turnsAwayAndLetsInAgainAndAgain() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    PeerPort port = PeerPort.open(bootstrap(), new InetSocketAddress(loopback, 0));
    int number = port.address().getPort();
    for (int i = 0; i < 20; i++) {
      try (Socket open = new Socket(loopback, number)) {
        assertThat(open.isConnected()).isTrue();
        port.setRefuses(true);
        assertThat(Ports.accepts(number)).as("round %d", i).isFalse();
        port.setDown(true);
        port.setRefuses(false);
        assertThat(Ports.accepts(number)).as("one reason is left").isFalse();
        port.setDown(false);
        assertThat(Ports.accepts(number)).isTrue();
      }
    }
    port.setRefuses(true);
    port.close();
  }

  private ServerBootstrap bootstrap() {
    return new ServerBootstrap()
        .group(loop)
        .channel(NioServerSocketChannel.class)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel dialled) {
                // Kept open.
              }
            });
  }
}
