package io.kelson.server.tls;

import io.kelson.raft.transport.PeerSecurity;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.TlsSettings;
import io.kelson.server.config.UrlList;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of one member: both ports, and the way to the others. It looks at the files once a second on
 * a thread of its own. Thread-safe.
 */
public final class ServerTls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
  private static final long LOOK_SECONDS = 1;
  private static final int MAX_WAITING_TASKS = 1024;

  private final ThreadPoolExecutor handshakes =
      pool("kelson-tls", Runtime.getRuntime().availableProcessors());
  private final ThreadPoolExecutor lookups = pool("kelson-tls-dns", 2);
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          new DefaultThreadFactory("kelson-tls-files", true));
  private final List<TlsContexts> watched = new ArrayList<>();
  private final Function<ListenSchemes, ConnectionGuard> guards;
  private final ConnectionGuard clients;
  private final PeerSecurity peers;
  private final ChannelDial forwards;

  private ServerTls(ServerConfig config) throws TlsException {
    long timeoutMillis = config.limits().handshakeTimeout().toMillis();
    TlsContexts client = contexts(config, config.clientTls(), true);
    TlsContexts peer = contexts(config, config.peerTls(), false);
    watched.add(client);
    watched.add(peer);
    Refusals refusals = new Refusals("client", System::nanoTime);
    guards = schemes -> new ClientGuard(client, schemes, handshakes, timeoutMillis, refusals);
    clients = guards.apply(new ListenSchemes(config.listenClientUrls()));
    peers =
        new PeerTls(
            peer,
            new ListenSchemes(config.listenPeerUrls()),
            handshakes,
            lookups,
            timeoutMillis,
            config.peerTls().skipClientSanVerification()
                ? null
                : new AddressCheck(AddressCheck.Names.SYSTEM),
            new Refusals("peer", System::nanoTime));
    forwards = ChannelDial.with(client);
    warnOfWeakness("client", config.clientTls(), config.listenClientUrls());
    warnOfWeakness("peer", config.peerTls(), config.listenPeerUrls());
  }

  /**
   * Reads the files, makes those that are to be made, and begins to watch them. Blocks on the disk.
   *
   * @throws TlsException if they cannot be used
   * @throws io.kelson.server.config.ConfigException if a cipher suite is not known
   */
  public static ServerTls open(ServerConfig config) throws TlsException {
    ServerTls tls = new ServerTls(config);
    if (tls.watched.stream().anyMatch(TlsContexts::hasFiles)) {
      tls.looking.scheduleWithFixedDelay(tls::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    }
    return tls;
  }

  private static ThreadPoolExecutor pool(String name, int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING_TASKS),
            new DefaultThreadFactory(name, true));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private static TlsContexts contexts(ServerConfig config, TlsSettings settings, boolean isClient)
      throws TlsException {
    String port = isClient ? "client" : "peer";
    Path cert = settings.certFile();
    Path key = settings.keyFile();
    if (cert == null && settings.autoTls()) {
      List<String> urls = isClient ? config.listenClientUrls() : config.listenPeerUrls();
      TlsFiles made =
          SelfSigned.in(
              config.dataDir().resolve("fixtures").resolve(port),
              urls.stream().map(url -> UrlList.unresolved(url).getHostString()).distinct().toList(),
              settings.selfSignedValidityYears(),
              Instant.now());
      cert = made.cert();
      key = made.key();
    }
    List<Path> dialTrusted = new ArrayList<>();
    add(dialTrusted, settings.trustedCaFile());
    if (isClient) {
      // Client ports of other members are reached as a client of them; who signed the peers'
      // certificates is believed there as well, as one authority commonly signs both.
      add(dialTrusted, config.peerTls().trustedCaFile());
    }
    TlsFiles files =
        new TlsFiles(cert, key, settings.trustedCaFile(), dialTrusted, settings.crlFile());
    return new TlsContexts("the " + port + " port", files, TlsPolicy.of(settings, isClient));
  }

  private static void add(List<Path> files, Path file) {
    if (file != null) {
      files.add(file);
    }
  }

  private static void warnOfWeakness(String port, TlsSettings settings, List<String> urls) {
    boolean anyTls = urls.stream().anyMatch(UrlList::isTls);
    if (settings.isOn() && !anyTls) {
      LOG.warn(
          "certificates for the {} port are given and not used, as its listen URLs {} are all http",
          port,
          urls);
    } else if (anyTls && settings.certFile() == null) {
      LOG.warn(
          "the {} port uses a certificate it made itself: nobody can tell it from anybody else's",
          port);
    }
  }

  private void look() {
    try {
      watched.forEach(TlsContexts::reloadIfChanged);
    } catch (RuntimeException e) {
      LOG.error("looking for new TLS files failed; it is tried again", e);
    }
  }

  /** For the client port. */
  public ConnectionGuard clients() {
    return clients;
  }

  /** For other ports that clients use, with the same certificates. */
  public ConnectionGuard clients(ListenSchemes schemes) {
    return guards.apply(schemes);
  }

  /** For the peer port, and the way to other members' peer ports. */
  public PeerSecurity peers() {
    return peers;
  }

  /** The way to other members' client ports. */
  public ChannelDial forwards() {
    return forwards;
  }

  @Override
  public void close() {
    List.<ExecutorService>of(looking, lookups, handshakes).forEach(ExecutorService::shutdownNow);
  }
}
