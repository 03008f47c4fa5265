package io.kelson.server;

import io.kelson.raft.core.Message;
import io.kelson.raft.transport.PeerSecurity;
import io.kelson.raft.transport.PeerTransport;
import io.kelson.server.cluster.ClusterInfo;
import io.kelson.server.cluster.DataDirectory;
import io.kelson.server.membership.JoinRefusedException;
import io.kelson.server.membership.Joining;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a founder that starts with an empty directory silent until a majority, itself included,
 * never heard of it.
 *
 * <p>An empty directory may be that of a new cluster, or a wiped one, and then the votes and
 * acknowledgements of this member are out there. Nobody but the others can tell, and they may not
 * be up yet. Until they have told, every message to them is dropped: to the algorithm that is a
 * network that loses messages, which it bears, so nothing this member promises counts. The others
 * are asked by a thread of its own, again and again; the first one that knows this member ends it.
 */
final class FounderGate implements PeerTransport {
  private static final Logger LOG = LoggerFactory.getLogger(FounderGate.class);
  private static final long RETRY_MILLIS = 100;

  private final PeerTransport transport;
  private final ClusterInfo cluster;
  private final DataDirectory directory;
  private final byte[] restored;
  private final PeerSecurity security;
  private final Consumer<Throwable> onFailure;
  private final Thread asking = new Thread(this::ask, "kelson-founding");
  private volatile boolean open;
  private volatile Handler handler;

  /**
   * @param transport carries messages once the gate is open; closed by its owner
   * @param directory remembers, over restarts, that the gate was never opened
   * @param restored tells the restored backup that this member begins with from others
   * @param security how other members are asked
   * @param onFailure told if this member has run before, or begins with something else than the
   *     others; called on the gate's thread
   */
  FounderGate(
      PeerTransport transport,
      ClusterInfo cluster,
      DataDirectory directory,
      byte[] restored,
      PeerSecurity security,
      Consumer<Throwable> onFailure) {
    this.transport = transport;
    this.cluster = cluster;
    this.directory = directory;
    this.restored = restored;
    this.security = security;
    this.onFailure = onFailure;
    asking.setDaemon(true);
  }

  @Override
  public void start(Handler newHandler) {
    handler = newHandler;
    transport.start(newHandler);
    // Not before this member can be asked as well: the others are waiting for it.
    asking.start();
  }

  @Override
  public void send(Message message) {
    if (open) {
      transport.send(message);
    } else {
      handler.notSent(message);
    }
  }

  @Override
  public void flush() {
    transport.flush();
  }

  private void ask() {
    Set<Long> answered = new HashSet<>();
    try {
      answered.addAll(Joining.requireNeverRan(cluster, directory.path(), restored, security));
      while (answered.size() + 1 <= cluster.members().size() / 2) {
        TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        answered.addAll(Joining.requireNeverRan(cluster, directory.path(), restored, security));
      }
      directory.endFounding();
      open = true;
    } catch (JoinRefusedException e) {
      onFailure.accept(Origin.refusal(e, directory.path(), cluster.self().peerUrls()));
    } catch (IOException e) {
      onFailure.accept(e);
    } catch (InterruptedException e) {
      LOG.debug("this member stops before it knew whether it has run before");
    }
  }

  /** Stops asking. The transport below stays as it is. */
  @Override
  public void close() {
    asking.interrupt();
    try {
      asking.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
