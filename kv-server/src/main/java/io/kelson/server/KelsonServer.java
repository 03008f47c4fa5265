package io.kelson.server;

import io.kelson.raft.runtime.RaftStatus;
import io.kelson.server.config.ConfigException;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.metrics.Metrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * One running member, in this JVM.
 *
 * <pre>{@code
 * try (KelsonServer server = KelsonServer.builder().dataDir(directory).start()) {
 *   server.awaitReady(Duration.ofSeconds(10));
 *   connect(server.clientUrls());
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class KelsonServer implements AutoCloseable {
  private final Member member;

  private KelsonServer(Member member) {
    this.member = member;
  }

  /** A builder for a member that, left alone, is a cluster of one on ports the system chooses. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects what a member needs. Not thread-safe. */
  public static final class Builder {
    private static final List<String> ANY_PORT = List.of("http://127.0.0.1:0");

    private ServerConfig config;
    private Path dataDir;
    private Consumer<Throwable> onFailure = cause -> {};
    private Runnable onRemoved = () -> {};

    private Builder() {}

    /** Everything at once; what was said with {@link #dataDir} is not looked at then. */
    public Builder config(ServerConfig value) {
      config = value;
      return this;
    }

    /** Where a cluster of one keeps its data. */
    public Builder dataDir(Path value) {
      dataDir = value;
      return this;
    }

    /**
     * Who is told, once, that the member has stopped because something it stands on broke: its
     * disk, or an invariant. Called on one of its threads; must return at once.
     */
    public Builder onFailure(Consumer<Throwable> value) {
      onFailure = value;
      return this;
    }

    /**
     * Who is told, once, that the cluster has removed this member for good and that it is closed
     * now. Called on a thread of its own.
     */
    public Builder onRemoved(Runnable value) {
      onRemoved = value;
      return this;
    }

    /**
     * Starts the member. On return it listens; see {@link #awaitReady} for when it serves.
     *
     * @throws ConfigException if the settings make no sense
     * @throws StartFailure if something stands in the way; nothing is left running or locked then
     */
    public KelsonServer start() throws StartFailure {
      Member member = new Member(config == null ? embedded() : config, onFailure, onRemoved);
      member.open();
      return new KelsonServer(member);
    }

    private ServerConfig embedded() {
      if (dataDir == null) {
        throw new ConfigException("a server needs a data directory; say which with dataDir(path)");
      }
      return ServerConfig.builder()
          .dataDir(dataDir)
          .listenClientUrls(ANY_PORT)
          .listenPeerUrls(ANY_PORT)
          .initialAdvertisePeerUrls(ANY_PORT)
          .build();
    }
  }

  /**
   * Waits until this member has had a leader and a quorum and has announced itself.
   *
   * @return whether it came to that in time
   */
  public boolean awaitReady(Duration atMost) throws InterruptedException {
    return member.awaitReady(atMost);
  }

  /** Where clients are accepted, with the ports actually taken. */
  public List<String> clientUrls() {
    return member.clientUrls();
  }

  /** Where HTTP is served apart from gRPC; empty if it is on the same port. */
  public List<String> clientHttpUrls() {
    return member.clientHttpUrls();
  }

  /** Where metrics and health are served in addition. */
  public List<String> metricsUrls() {
    return member.metricsUrls();
  }

  /** This member's id. */
  public long memberId() {
    return member.memberId();
  }

  /** Where this member stands in its cluster. */
  public RaftStatus status() {
    return member.status();
  }

  /** What this member measures; there once it is started. */
  public Metrics metrics() {
    return member.metrics();
  }

  /**
   * Stops: hands leadership over if it can, lets calls under way finish for a moment, and closes
   * everything. Idempotent; waits until it is done, a few seconds at most.
   */
  @Override
  public void close() {
    member.close();
  }
}
