package io.kelson.raft.transport;

import io.netty.channel.IoEventLoopGroup;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a {@link NettyTransport} is set up; made by {@link #builder}.
 *
 * @param selfId this member's id, not 0
 * @param clusterId the cluster's id; members of another are refused
 * @param listen where to listen; port 0 lets the system choose (see {@link
 *     NettyTransport#boundAddresses})
 * @param peers the other members and where to dial each, in turn; an entry for this member itself
 *     is ignored; a peer without addresses is accepted but not dialled
 * @param outboxMaxMessages messages that may wait for one peer. Too small: bursts of proposals are
 *     dropped and resent after a time-out; too large: a slow peer is sent what is long outdated
 * @param outboxMaxBytes payload bytes that may wait for one peer; the memory a slow peer costs
 * @param outboxReserveMessages how many messages without payload may wait beyond {@code
 *     outboxMaxMessages}
 * @param maxFrameBytes the largest frame sent or accepted. Too small: large appends can never be
 *     sent; too large: a peer gone wrong can claim that much memory. The same on all members
 * @param connectTimeoutMillis how long one attempt to connect may take. Too small: distant peers
 *     are never reached; too large: a host that vanished holds up the next address
 * @param handshakeTimeoutMillis how long either side waits for the other's first frame
 * @param backoffMinMillis the pause after a first failed attempt; doubled with every further one
 * @param backoffMaxMillis the longest pause. Too large: a peer that comes back without dialling
 *     itself is missed for that long
 * @param pingIntervalMillis pause between pings on a dialled connection
 * @param maxUnansweredPings how many pings in a row may stay without answer before the connection
 *     is given up and dialled anew. A count rather than a time, so that a pause of this process
 *     itself is not mistaken for a dead peer
 * @param idleTimeoutMillis after how long without any frame an accepted connection is closed; must
 *     be longer than the ping interval of every other member
 * @param eventLoopThreads threads of the event loops, when the transport brings its own
 * @param eventLoops event loops to run on, epoll or NIO, which the transport will not shut down;
 *     null to bring its own
 * @param security what encrypts the connections
 * @param listener hears what happens
 */
public record TransportOptions(
    long selfId,
    long clusterId,
    List<InetSocketAddress> listen,
    Map<Long, List<PeerAddress>> peers,
    int outboxMaxMessages,
    long outboxMaxBytes,
    int outboxReserveMessages,
    int maxFrameBytes,
    int connectTimeoutMillis,
    long handshakeTimeoutMillis,
    long backoffMinMillis,
    long backoffMaxMillis,
    long pingIntervalMillis,
    int maxUnansweredPings,
    long idleTimeoutMillis,
    int eventLoopThreads,
    IoEventLoopGroup eventLoops,
    PeerSecurity security,
    TransportListener listener) {

  public TransportOptions {
    requireThat(selfId != 0, "member id 0 is reserved; choose another");
    listen = List.copyOf(listen);
    peers = copyOfPeers(peers);
    requirePositive(outboxMaxMessages, "outboxMaxMessages");
    requirePositive(outboxMaxBytes, "outboxMaxBytes");
    requirePositive(outboxReserveMessages, "outboxReserveMessages");
    requireThat(
        maxFrameBytes >= Handshake.MAX_FRAME_BYTES,
        "maxFrameBytes " + maxFrameBytes + " must be at least " + Handshake.MAX_FRAME_BYTES);
    requirePositive(connectTimeoutMillis, "connectTimeoutMillis");
    requirePositive(handshakeTimeoutMillis, "handshakeTimeoutMillis");
    requirePositive(backoffMinMillis, "backoffMinMillis");
    requireThat(
        backoffMaxMillis >= backoffMinMillis,
        "backoffMaxMillis " + backoffMaxMillis + " is below backoffMinMillis " + backoffMinMillis);
    requirePositive(pingIntervalMillis, "pingIntervalMillis");
    requirePositive(maxUnansweredPings, "maxUnansweredPings");
    requireThat(
        idleTimeoutMillis > pingIntervalMillis,
        "idleTimeoutMillis "
            + idleTimeoutMillis
            + " must exceed pingIntervalMillis "
            + pingIntervalMillis);
    requirePositive(eventLoopThreads, "eventLoopThreads");
    requireThat(security != null && listener != null, "security and listener must be given");
    listener = TransportListener.all(List.of(listener));
  }

  /** A builder with the defaults, for this member of this cluster. */
  public static Builder builder(long selfId, long clusterId) {
    return new Builder(selfId, clusterId);
  }

  /** An immutable copy, checked. */
  static Map<Long, List<PeerAddress>> copyOfPeers(Map<Long, List<PeerAddress>> peers) {
    Map<Long, List<PeerAddress>> copy = new HashMap<>();
    peers.forEach((id, addresses) -> copy.put(id, List.copyOf(addresses)));
    requireThat(!copy.containsKey(0L), "member id 0 is reserved; choose another");
    return Map.copyOf(copy);
  }

  private static void requirePositive(long value, String name) {
    requireThat(value > 0, name + " must be positive, not " + value);
  }

  private static void requireThat(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /** Collects options; whatever is not set keeps its default. */
  public static final class Builder {
    private final long selfId;
    private final long clusterId;
    private List<InetSocketAddress> listen = List.of();
    private Map<Long, List<PeerAddress>> peers = Map.of();
    private int outboxMaxMessages = 4096;
    private long outboxMaxBytes = 32L << 20;
    private int outboxReserveMessages = 256;
    private int maxFrameBytes = 64 << 20;
    private int connectTimeoutMillis = 2000;
    private long handshakeTimeoutMillis = 3000;
    private long backoffMinMillis = 20;
    private long backoffMaxMillis = 1000;
    private long pingIntervalMillis = 1000;
    private int maxUnansweredPings = 4;
    private long idleTimeoutMillis = 15_000;
    private int eventLoopThreads = Math.min(2, Runtime.getRuntime().availableProcessors());
    private IoEventLoopGroup eventLoops;
    private PeerSecurity security = PeerSecurity.PLAINTEXT;
    private TransportListener listener;

    private Builder(long selfId, long clusterId) {
      this.selfId = selfId;
      this.clusterId = clusterId;
      this.listener = new LoggingTransportListener(selfId, clusterId);
    }

    /** Where to listen; nowhere by default. */
    public Builder listen(List<InetSocketAddress> addresses) {
      this.listen = addresses;
      return this;
    }

    /** The other members and where to dial them; none by default. */
    public Builder peers(Map<Long, List<PeerAddress>> addressesById) {
      this.peers = addressesById;
      return this;
    }

    /** Limits of each peer's outbox: 4096 messages, 32 MiB and a reserve of 256 by default. */
    public Builder outbox(int maxMessages, long maxBytes, int reserveMessages) {
      this.outboxMaxMessages = maxMessages;
      this.outboxMaxBytes = maxBytes;
      this.outboxReserveMessages = reserveMessages;
      return this;
    }

    /** The largest frame, 64 MiB by default. */
    public Builder maxFrameBytes(int bytes) {
      this.maxFrameBytes = bytes;
      return this;
    }

    /** Limits of an attempt to connect and of the handshake after it: 2 s and 3 s by default. */
    public Builder connectTimeouts(int connectMillis, long handshakeMillis) {
      this.connectTimeoutMillis = connectMillis;
      this.handshakeTimeoutMillis = handshakeMillis;
      return this;
    }

    /** Pauses between attempts: 20 ms growing to 1 s by default. */
    public Builder backoff(long minMillis, long maxMillis) {
      this.backoffMinMillis = minMillis;
      this.backoffMaxMillis = maxMillis;
      return this;
    }

    /** How a dead dialled connection is found: 4 pings, 1 s apart, by default. */
    public Builder pings(long intervalMillis, int maxUnanswered) {
      this.pingIntervalMillis = intervalMillis;
      this.maxUnansweredPings = maxUnanswered;
      return this;
    }

    /** How a dead accepted connection is found: by 15 s of silence by default. */
    public Builder idleTimeout(long millis) {
      this.idleTimeoutMillis = millis;
      return this;
    }

    /** Own event loops with that many threads: at most 2 by default. */
    public Builder eventLoopThreads(int threads) {
      this.eventLoopThreads = threads;
      return this;
    }

    /** Somebody else's event loops, which must outlive the transport. */
    public Builder eventLoops(IoEventLoopGroup loops) {
      this.eventLoops = loops;
      return this;
    }

    /** What encrypts the connections; nothing by default. */
    public Builder security(PeerSecurity peerSecurity) {
      this.security = peerSecurity;
      return this;
    }

    /** Who hears what happens, instead of the log alone. */
    public Builder listener(TransportListener transportListener) {
      this.listener = transportListener;
      return this;
    }

    /** The options, checked. */
    public TransportOptions build() {
      return new TransportOptions(
          selfId,
          clusterId,
          listen,
          peers,
          outboxMaxMessages,
          outboxMaxBytes,
          outboxReserveMessages,
          maxFrameBytes,
          connectTimeoutMillis,
          handshakeTimeoutMillis,
          backoffMinMillis,
          backoffMaxMillis,
          pingIntervalMillis,
          maxUnansweredPings,
          idleTimeoutMillis,
          eventLoopThreads,
          eventLoops,
          security,
          listener);
    }
  }
}
