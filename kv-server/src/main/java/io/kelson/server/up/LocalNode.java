package io.kelson.server.up;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One server process of a local cluster, and a connection to ask it how it is. Used by one thread,
 * but for {@link #stop}.
 */
final class LocalNode implements AutoCloseable {
  private static final int STATUS_TIMEOUT_MILLIS = 500;
  private static final int LOG_LINES_SHOWN = 8;

  private final String name;
  private final int clientPort;
  private final Path log;
  private final List<String> command;
  private final ManagedChannel channel;
  private final MaintenanceGrpc.MaintenanceBlockingStub maintenance;
  private volatile Process process;

  LocalNode(String name, int clientPort, Path log, List<String> command) {
    this.name = name;
    this.clientPort = clientPort;
    this.log = log;
    this.command = List.copyOf(command);
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", clientPort)
            .usePlaintext()
            .disableRetry()
            .build();
    this.maintenance = MaintenanceGrpc.newBlockingStub(channel);
  }

  String name() {
    return name;
  }

  String endpoint() {
    return "127.0.0.1:" + clientPort;
  }

  Path log() {
    return log;
  }

  long pid() {
    return process.pid();
  }

  void start() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put(ParentWatch.VARIABLE, Long.toString(ProcessHandle.current().pid()));
    builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    process = builder.start();
    channel.resetConnectBackoff();
  }

  /** The exit code, if the process has ended; 128 and more means a signal, as in a shell. */
  Optional<Integer> exitCode() {
    return process.isAlive() ? Optional.empty() : Optional.of(process.exitValue());
  }

  /** What the node says of itself, if it answers. */
  Optional<StatusResponse> status() {
    try {
      return Optional.of(
          maintenance
              .withDeadlineAfter(STATUS_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
              .status(StatusRequest.getDefaultInstance()));
    } catch (StatusRuntimeException silent) {
      channel.resetConnectBackoff();
      return Optional.empty();
    }
  }

  /** The end of its log, for a message to a person. */
  String lastLogLines() {
    try {
      List<String> lines = Files.readAllLines(log);
      List<String> last =
          new ArrayList<>(lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
      return String.join(System.lineSeparator(), last);
    } catch (IOException unreadable) {
      return "(" + log + " could not be read: " + unreadable.getMessage() + ")";
    }
  }

  /** Asks the process to end; {@link #awaitEnd} waits for it. */
  void stop() {
    if (process != null) {
      process.destroy();
    }
  }

  /** Waits for the end, and enforces it when the time is up. */
  void awaitEnd(long timeoutMillis) throws InterruptedException {
    if (process != null && !process.waitFor(timeoutMillis, TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
