package io.kelson.cli;

import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KelsonClientBuilder;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** What a running command works with: the console, the global flags, and clients made on demand. */
final class Session implements AutoCloseable {
  private final Console console;
  private final Environment environment;
  private final Globals globals;
  private final List<KelsonClient> clients = new CopyOnWriteArrayList<>();
  private final Map<String, String> asked = new ConcurrentHashMap<>();
  private List<String> discovered;
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
    return client(endpoints());
  }

  KelsonClient client(List<String> endpoints) {
    return client(endpoints, globals.security(), globals.identity());
  }

  /** The endpoints: those of the command line, or of DNS if it says so. */
  synchronized List<String> endpoints() {
    Globals.Discovery discovery = globals.discovery();
    if (discovery.domain().isEmpty()) {
      return globals.endpoints();
    }
    if (discovered == null) {
      discovered = discover(discovery);
    }
    return discovered;
  }

  private static List<String> discover(Globals.Discovery discovery) {
    KelsonClientBuilder builder = KelsonClient.builder();
    try (KelsonClient client =
        (discovery.service().isEmpty()
                ? builder.dnsSrv(discovery.domain())
                : builder.dnsSrv(discovery.domain(), discovery.service()))
            .build()) {
      List<String> found =
          client.endpoints().stream()
              .filter(endpoint -> discovery.mayBePlain() || endpoint.startsWith("https://"))
              .toList();
      if (found.isEmpty()) {
        throw CliException.badArgs(
            "no endpoint with TLS in the SRV records of " + discovery.domain());
      }
      return found;
    } catch (IllegalArgumentException e) {
      throw CliException.badArgs(e.getMessage());
    }
  }

  /** A client of another cluster, reached in another way. */
  KelsonClient client(
      List<String> endpoints, Globals.Security security, Globals.Identity identity) {
    if (endpoints.isEmpty()) {
      throw new CliException(
          ExitCode.BAD_CONNECTION, "no available endpoints; name one with --endpoints=host:port");
    }
    // Else it looks for every logging library there is.
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    try {
      KelsonClient client =
          TlsFlags.set(identified(KelsonClient.builder(), identity), security, endpoints)
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

  private KelsonClientBuilder identified(KelsonClientBuilder builder, Globals.Identity identity) {
    if (!identity.token().isEmpty()) {
      return builder.token(identity.token());
    }
    if (identity.user().isEmpty()) {
      return builder;
    }
    String password = identity.knownPassword();
    if (password.isEmpty()) {
      password = asked.computeIfAbsent(identity.name(), name -> Passwords.ask(this, "Password: "));
    }
    return builder.credentials(identity.name(), password);
  }

  /**
   * Says what is to be done when the process is told to end, by Ctrl-C or a signal; it then exits
   * with 0, or as a {@link CliException} says. Replaces what was said before; null for the usual
   * end.
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
    } catch (CliException e) {
      console.error("Error: " + e.getMessage());
      exitCode = e.exitCode();
    }
    console.flush();
    Runtime.getRuntime().halt(exitCode);
  }

  /** Also does what was to be done at an interrupt, if it has not been called off. */
  @Override
  public void close() {
    Runnable cleanup = onInterrupt == null ? null : onInterrupt.getAndSet(null);
    if (cleanup != null) {
      try {
        cleanup.run();
      } catch (EtcdException e) {
        console.error("Warning: not cleaned up: " + e.text());
      } catch (CliException e) {
        console.error("Error: " + e.getMessage());
      }
    }
    clients.forEach(KelsonClient::close);
  }
}
