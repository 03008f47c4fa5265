package io.kelson.server;

import io.kelson.server.config.ConfigException;
import io.kelson.server.config.ServerFlags;
import io.kelson.server.up.ParentWatch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code kelson server}: runs one member until the process is told to end.
 *
 * <p>SIGTERM and SIGINT stop it in good order and end the process with code 0. Everything is logged
 * where the settings say; what keeps it from starting is also the last line on standard error,
 * without a stack trace.
 */
final class ServerCommand {
  private static final Duration FOR_EVER = Duration.ofDays(365 * 200L);

  private ServerCommand() {}

  /** Runs the server until the process ends, or returns at once the code to exit with. */
  static int run(List<String> args) {
    ServerFlags.Parsed parsed;
    try {
      parsed = ServerFlags.parse(args, System.getenv());
    } catch (ConfigException e) {
      e.problems().forEach(problem -> System.err.println("kelson server: " + problem));
      return Main.EXIT_USAGE;
    }
    if (parsed.config() == null) {
      System.out.println(parsed.text());
      return 0;
    }
    try {
      Logging.setUp(parsed.config().logLevel().name(), parsed.config().log());
    } catch (StartFailure e) {
      System.err.println("kelson server: " + e.getMessage());
      return Main.EXIT_CANNOT_START;
    }
    return start(parsed);
  }

  private static int start(ServerFlags.Parsed parsed) {
    Logger log = LoggerFactory.getLogger(ServerCommand.class);
    parsed.warnings().forEach(log::warn);
    log.info(
        "Kelson {} (etcd API {}), name {}, data directory {}",
        KelsonVersion.OWN,
        KelsonVersion.ETCD_API,
        parsed.config().name(),
        parsed.config().dataDir().toAbsolutePath());
    if (!parsed.differences().isEmpty()) {
      log.info("settings that are not the defaults: {}", String.join(" ", parsed.differences()));
    }
    ServiceManager manager = new ServiceManager(System.getenv(ServiceManager.VARIABLE));
    try {
      KelsonServer server =
          KelsonServer.builder()
              .config(parsed.config())
              .onFailure(cause -> fail(log, cause))
              .onRemoved(() -> Runtime.getRuntime().halt(0))
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, manager), "kelson-stop"));
      ParentWatch.startIfAsked();
      if (server.awaitReady(FOR_EVER)) {
        manager.ready();
      }
      new CountDownLatch(1).await();
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    } catch (StartFailure e) {
      log.debug("cannot start", e);
      System.err.println("kelson server: " + e.getMessage());
      return Main.EXIT_CANNOT_START;
    }
  }

  /** Having stopped in good order is a success, whatever signal asked for it. */
  private static void stop(KelsonServer server, ServiceManager manager) {
    manager.stopping();
    server.close();
    Runtime.getRuntime().halt(0);
  }

  /**
   * Halts at once: a member whose disk or invariants are broken must not write another byte, and a
   * shutdown hook would.
   */
  private static void fail(Logger log, Throwable cause) {
    log.error("this member cannot go on; the process ends now", cause);
    System.err.println("kelson server: stopped by a failure: " + cause);
    Runtime.getRuntime().halt(Main.EXIT_FAILED);
  }
}
