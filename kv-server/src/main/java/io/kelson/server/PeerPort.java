package io.kelson.server;

import io.kelson.raft.transport.LoggingTransportListener;
import io.kelson.raft.transport.NettyTransport;
import io.kelson.raft.transport.PeerAddress;
import io.kelson.raft.transport.PeerSecurity;
import io.kelson.raft.transport.TransportListener;
import io.kelson.raft.transport.TransportOptions;
import io.kelson.server.cluster.ClusterInfo;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.UrlList;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sets up the transport to the other members. */
final class PeerPort {
  private PeerPort() {}

  /** A transport that does not listen yet: the node starts it. */
  static NettyTransport open(
      ServerConfig config,
      ClusterInfo cluster,
      EventLoops loops,
      TransportListener listener,
      PeerSecurity security) {
    TransportListener log = new LoggingTransportListener(cluster.selfId(), cluster.clusterId());
    return new NettyTransport(
        TransportOptions.builder(cluster.selfId(), cluster.clusterId())
            .listen(config.listenPeerUrls().stream().map(UrlList::address).toList())
            .eventLoops(loops.group())
            .security(security)
            .listener(TransportListener.all(List.of(listener, log)))
            .build());
  }

  /** Where the transport finds members with these peer URLs. */
  static Map<Long, List<PeerAddress>> addresses(Map<Long, List<String>> peerUrls) {
    Map<Long, List<PeerAddress>> addresses = new HashMap<>();
    peerUrls.forEach(
        (id, urls) -> addresses.put(id, urls.stream().map(PeerPort::address).toList()));
    return addresses;
  }

  /** Not resolved: the transport looks names up anew whenever it dials. */
  static PeerAddress address(String url) {
    InetSocketAddress address = UrlList.unresolved(url);
    return new PeerAddress(address.getHostString(), address.getPort(), UrlList.isTls(url));
  }
}
