package io.kelson.server;

import io.kelson.server.config.ConfigException;
import io.kelson.server.config.ServerFlags;
import io.kelson.server.up.ParentWatch;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code kelson server}: runs one member until the process is told to end.
 *
 * <p>SIGTERM and SIGINT stop it in good order and end the process with code 0. Everything is logged
 * to standard error; what keeps it from starting is also its last line, without a stack trace.
 */
final class ServerCommand {

  private ServerCommand() {}

  /** Runs the server until the process ends, or returns at once the code to exit with. */
  static int run(List<String> args) {
    ServerFlags.Parsed parsed;
    try {
      parsed = ServerFlags.parse(args, System.getenv());
    } catch (ConfigException e) {
      System.err.println("kelson server: " + e.getMessage());
      return Main.EXIT_USAGE;
    }
    if (parsed.config() == null) {
      System.out.println(parsed.text());
      return 0;
    }
    Logging.setUp(parsed.config().logLevel().name());
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
    try {
      KelsonServer server =
          KelsonServer.builder()
              .config(parsed.config())
              .onFailure(cause -> fail(log, cause))
              .onRemoved(() -> Runtime.getRuntime().halt(0))
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "kelson-stop"));
      ParentWatch.startIfAsked();
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
  private static void stop(KelsonServer server) {
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
