package io.kelson.server.discovery;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** A DNS server on loopback that knows SRV records and nothing else. */
final class DnsServer implements AutoCloseable {
  /** Records as {@code host:port} by the service's name, all in lower case. */
  final Map<String, List<String>> records = new ConcurrentHashMap<>();

  /** Names that were asked for. */
  final Queue<String> asked = new ConcurrentLinkedQueue<>();

  /** What is answered for names without records. */
  volatile DnsResponseCode codeOfTheRest = DnsResponseCode.NXDOMAIN;

  private final IoEventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel channel;

  DnsServer() {
    channel =
        new Bootstrap()
            .group(loop)
            .channel(NioDatagramChannel.class)
            .handler(
                new ChannelInitializer<DatagramChannel>() {
                  @Override
                  protected void initChannel(DatagramChannel made) {
                    made.pipeline()
                        .addLast(
                            new DatagramDnsQueryDecoder(),
                            new DatagramDnsResponseEncoder(),
                            new Answers());
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  /** For JNDI. */
  String url() {
    return "dns://127.0.0.1:" + ((InetSocketAddress) channel.localAddress()).getPort();
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private final class Answers extends SimpleChannelInboundHandler<DatagramDnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
      DnsQuestion question = query.recordAt(DnsSection.QUESTION);
      String name = question.name().toLowerCase(java.util.Locale.ROOT);
      asked.add(name);
      DatagramDnsResponse response =
          new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
      response.setRecursionAvailable(true);
      response.addRecord(DnsSection.QUESTION, question);
      List<String> found = records.get(name.substring(0, name.length() - 1));
      if (found == null || !question.type().equals(DnsRecordType.SRV)) {
        response.setCode(codeOfTheRest);
      } else {
        found.forEach(
            record ->
                response.addRecord(
                    DnsSection.ANSWER,
                    new DefaultDnsRawRecord(name, DnsRecordType.SRV, 60, content(record))));
      }
      context.writeAndFlush(response);
    }
  }

  /** Priority, weight, port and target, as RFC 2782 has them. */
  private static ByteBuf content(String record) {
    int colon = record.lastIndexOf(':');
    ByteBuf bytes = Unpooled.buffer();
    bytes.writeShort(0).writeShort(0).writeShort(Integer.parseInt(record.substring(colon + 1)));
    for (String label : record.substring(0, colon).split("\\.")) {
      byte[] text = label.getBytes(StandardCharsets.US_ASCII);
      bytes.writeByte(text.length).writeBytes(text);
    }
    return bytes.writeByte(0);
  }
}
