package io.kelson.cli;

import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** What a running command works with: the console, the global flags, and clients made on demand. */
final class Session implements AutoCloseable {
  private final Console console;
  private final Environment environment;
  private final Globals globals;
  private final List<KelsonClient> clients = new CopyOnWriteArrayList<>();
  private AtomicReference<Runnable> onInterrupt;

  Session(Console console, Environment environment, Globals globals) {
    this.console = console;
    this.environment = environment;
    this.globals = globals;
    if (!globals.debug()) {
      // What the transport has to say would mix with the command's own messages.
      System.setProperty("java.util.logging.config.class", NoLogging.class.getName());
    }
  }

  Console console() {
    return console;
  }

  Environment environment() {
    return environment;
  }

  Globals globals() {
    return globals;
  }

  /** A client of the endpoints of the command line. */
  KelsonClient client() {
    return client(globals.endpoints());
  }

  KelsonClient client(List<String> endpoints) {
    return client(endpoints, globals.security());
  }

  /** A client of another cluster, reached in another way. */
  KelsonClient client(List<String> endpoints, Globals.Security security) {
    if (endpoints.isEmpty()) {
      throw new CliException(
          ExitCode.BAD_CONNECTION, "no available endpoints; name one with --endpoints=host:port");
    }
    // Else it looks for every logging library there is.
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    try {
      KelsonClient client =
          TlsFlags.set(KelsonClient.builder(), security, endpoints)
              .endpoints(endpoints)
              .inOrder(true)
              .connectTimeout(globals.dialTimeout())
              .requestTimeout(globals.commandTimeout())
              .keepAliveTime(globals.keepAliveTime())
              .keepAliveTimeout(globals.keepAliveTimeout())
              .build();
      clients.add(client);
      return client;
    } catch (IllegalArgumentException e) {
      throw CliException.badArgs(e.getMessage());
    }
  }

  /**
   * Says what is to be done when the process is told to end, by Ctrl-C or a signal; it then exits
   * with 0. Replaces what was said before; null for the usual end.
   */
  synchronized void atInterrupt(Runnable cleanup) {
    if (onInterrupt == null && cleanup != null) {
      Runtime.getRuntime().addShutdownHook(new Thread(this::interrupted, "kelsonctl-interrupted"));
      onInterrupt = new AtomicReference<>();
    }
    if (onInterrupt != null) {
      onInterrupt.set(cleanup);
    }
  }

  private void interrupted() {
    Runnable cleanup = onInterrupt.get();
    if (cleanup == null) {
      return;
    }
    int exitCode = ExitCode.OK;
    try {
      cleanup.run();
    } catch (EtcdException e) {
      console.error("Error: " + e.text());
      exitCode = ExitCode.ERROR;
    }
    console.flush();
    Runtime.getRuntime().halt(exitCode);
  }

  @Override
  public void close() {
    clients.forEach(KelsonClient::close);
  }
}
