package io.kelson.server.diff;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.kelson.server.KelsonServer;
import io.kelson.server.StartFailure;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Kelson in this JVM: one member or several that talk over loopback. */
final class KelsonCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> ANY_PORT = List.of("http://127.0.0.1:0");

  private final List<KelsonServer> members = new ArrayList<>();

  /** Held on to, or its level is forgotten. It prints every request that is too large. */
  private static final java.util.logging.Logger GRPC =
      java.util.logging.Logger.getLogger("io.grpc.netty.NettyServerStream");

  static {
    GRPC.setLevel(java.util.logging.Level.OFF);
    // Members come and go here, which they tell each other about.
    ((Logger) LoggerFactory.getLogger("io.kelson.raft.transport")).setLevel(Level.ERROR);
  }

  private KelsonCluster() {}

  /**
   * Starts a cluster with an empty store and waits until every member serves.
   *
   * @param folder exists and is empty
   */
  static Server start(Path folder, int size) throws IOException, InterruptedException {
    KelsonCluster cluster = new KelsonCluster();
    try {
      cluster.open(folder, size);
      List<String> endpoints =
          cluster.members.stream().map(member -> member.clientUrls().get(0)).toList();
      return Server.connect("Kelson", endpoints, cluster);
    } catch (StartFailure e) {
      cluster.close();
      throw new IOException(e);
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private void open(Path folder, int size) throws IOException, InterruptedException, StartFailure {
    if (size == 1) {
      members.add(KelsonServer.builder().dataDir(folder.resolve("kelson")).start());
    } else {
      List<String> named = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        named.add("m" + i + "=http://127.0.0.1:" + EtcdProgram.freePort());
      }
      InitialCluster all = InitialCluster.parse(String.join(",", named));
      for (int i = 0; i < size; i++) {
        members.add(member(folder.resolve("kelson-" + i), "m" + i, all));
      }
    }
    for (KelsonServer member : members) {
      if (!member.awaitReady(PATIENCE)) {
        throw new IllegalStateException("Kelson was not ready within " + PATIENCE);
      }
    }
  }

  private static KelsonServer member(Path dataDir, String name, InitialCluster all)
      throws StartFailure {
    List<String> peerUrls = all.peerUrlsByName().get(name);
    return KelsonServer.builder()
        .config(
            ServerConfig.builder()
                .name(name)
                .dataDir(dataDir)
                .listenClientUrls(ANY_PORT)
                .listenPeerUrls(peerUrls)
                .initialAdvertisePeerUrls(peerUrls)
                .initialCluster(all)
                .build())
        .start();
  }

  @Override
  public void close() {
    members.forEach(KelsonServer::close);
  }
}
