package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.fail;

import io.kelson.raft.core.Message;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps what happened, for a test that waits for it. */
final class RecordingListener implements TransportListener {
  /** Far beyond what anything takes; only a test that would never end meets it. */
  static final long PATIENCE_SECONDS = 30;

  enum What {
    CONNECTED,
    DISCONNECTED,
    DIAL_FAILED,
    PEER_REFUSED,
    INBOUND_ACCEPTED,
    INBOUND_REFUSED,
    INBOUND_CLOSED,
    DROPPED,
    ROUND_TRIP
  }

  record Event(What what, long peer, String detail) {}

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final AtomicLong bytesSent = new AtomicLong();
  private final AtomicLong bytesReceived = new AtomicLong();

  /** The next event of that kind; those of other kinds before it are passed over. */
  Event await(What what) throws InterruptedException {
    List<Event> passedOver = new ArrayList<>();
    // One limit for the whole wait: pings come in for as long as a connection lasts.
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      Event event = events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (event == null) {
        return fail("no " + what + ", only " + passedOver);
      }
      if (event.what() == what) {
        return event;
      }
      passedOver.add(event);
    }
  }

  boolean isEmpty() {
    return events.isEmpty();
  }

  long bytesSent() {
    return bytesSent.get();
  }

  long bytesReceived() {
    return bytesReceived.get();
  }

  @Override
  public void peerConnected(long peer, SocketAddress address) {
    events.add(new Event(What.CONNECTED, peer, ""));
  }

  @Override
  public void peerDisconnected(long peer, SocketAddress address, String reason) {
    events.add(new Event(What.DISCONNECTED, peer, reason));
  }

  @Override
  public void dialFailed(long peer, PeerAddress address, String reason) {
    events.add(new Event(What.DIAL_FAILED, peer, reason));
  }

  @Override
  public void peerRefused(long peer, SocketAddress address, String reason) {
    events.add(new Event(What.PEER_REFUSED, peer, reason));
  }

  @Override
  public void inboundAccepted(long peer, SocketAddress address) {
    events.add(new Event(What.INBOUND_ACCEPTED, peer, ""));
  }

  @Override
  public void inboundRefused(long claimedId, SocketAddress address, String reason) {
    events.add(new Event(What.INBOUND_REFUSED, claimedId, reason));
  }

  @Override
  public void inboundClosed(long peer, SocketAddress address, String reason) {
    events.add(new Event(What.INBOUND_CLOSED, peer, reason));
  }

  @Override
  public void messageDropped(Message message, DropReason reason) {
    events.add(new Event(What.DROPPED, message.to(), reason.name()));
  }

  @Override
  public void roundTrip(long peer, long nanos) {
    events.add(new Event(What.ROUND_TRIP, peer, nanos >= 0 ? "" : "negative: " + nanos));
  }

  @Override
  public void bytesSent(long peer, long bytes) {
    bytesSent.addAndGet(bytes);
  }

  @Override
  public void bytesReceived(long peer, long bytes) {
    bytesReceived.addAndGet(bytes);
  }
}
