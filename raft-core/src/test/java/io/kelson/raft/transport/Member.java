package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A started transport on a loopback port, with everything it received and announced. */
record Member(
    long id,
    NettyTransport transport,
    RecordingListener events,
    BlockingQueue<Message> received,
    BlockingQueue<Message> notSent,
    BlockingQueue<Long> gone)
    implements AutoCloseable {

  static final long CLUSTER = 0xc1;

  static Member start(long id) {
    return start(id, CLUSTER, 0, options -> options);
  }

  static Member start(
      long id, long cluster, int port, UnaryOperator<TransportOptions.Builder> tuning) {
    RecordingListener events = new RecordingListener();
    TransportOptions.Builder options =
        TransportOptions.builder(id, cluster)
            .listen(List.of(loopback(port)))
            .eventLoopThreads(1)
            .listener(
                TransportListener.all(List.of(new LoggingTransportListener(id, cluster), events)));
    NettyTransport transport = new NettyTransport(tuning.apply(options).build());
    BlockingQueue<Message> received = new LinkedBlockingQueue<>();
    BlockingQueue<Message> notSent = new LinkedBlockingQueue<>();
    BlockingQueue<Long> gone = new LinkedBlockingQueue<>();
    transport.start(
        new PeerTransport.Handler() {
          @Override
          public void received(Message message) {
            received.add(message);
          }

          @Override
          public void notSent(Message message) {
            notSent.add(message);
          }

          @Override
          public void peerGone(long peer) {
            gone.add(peer);
          }
        });
    return new Member(id, transport, events, received, notSent, gone);
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  static PeerAddress address(int port) {
    return new PeerAddress(InetAddress.getLoopbackAddress().getHostAddress(), port);
  }

  /** Makes all of these the peers of each. */
  static void introduce(Member... members) {
    Map<Long, List<PeerAddress>> all = new HashMap<>();
    for (Member member : members) {
      all.put(member.id(), List.of(address(member.port())));
    }
    for (Member member : members) {
      member.transport().setPeers(all);
    }
  }

  int port() {
    return transport.boundAddresses().get(0).getPort();
  }

  void knows(long peer, int port) {
    transport.setPeers(Map.of(peer, List.of(address(port))));
  }

  void send(Message message) {
    transport.send(message);
    transport.flush();
  }

  Message receive() throws InterruptedException {
    Message message = received.poll(RecordingListener.PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(message).as("what member " + id + " received").isNotNull();
    return message;
  }

  @Override
  public void close() {
    transport.close();
  }
}
