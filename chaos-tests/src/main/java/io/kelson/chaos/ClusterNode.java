package io.kelson.chaos;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One member of a {@link ProcessCluster}: its process, its data directory and its log file.
 *
 * <p>A member can be started again after it was stopped or killed; it keeps its ports and its data.
 * Faults are for one thread at a time; {@link #alive()} and {@link #pid()} may be asked from any.
 */
public final class ClusterNode {
  private static final Duration REAP_BOUND = Duration.ofSeconds(30);

  private final NodeCommand command;
  private final Path logFile;
  private volatile NodeSpec spec;
  private volatile Process process;
  private volatile boolean endExpected;
  private volatile Map<String, String> variables = Map.of();

  ClusterNode(NodeCommand command, NodeSpec spec, Path logFile) {
    this.command = command;
    this.spec = spec;
    this.logFile = logFile;
  }

  /** What it is started with. */
  public NodeSpec spec() {
    return spec;
  }

  /** Its name. */
  public String name() {
    return spec.name();
  }

  /** Where everything it prints is kept, over all its lives. */
  public Path logFile() {
    return logFile;
  }

  /**
   * Starts the process and returns at once; see {@link ProcessCluster#awaitReady}.
   *
   * @throws IllegalStateException when it is running
   */
  public void start() {
    if (alive()) {
      throw new IllegalStateException(name() + " is running already, pid " + pid());
    }
    ProcessBuilder builder =
        new ProcessBuilder(command.line(spec))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
            .redirectInput(new File("/dev/null"));
    // A flag and its variable both given is an error for etcd, and the caller's settings are not
    // the cluster's.
    builder.environment().keySet().removeIf(ClusterNode::isServerSetting);
    // A server that is not built is an error here, not an occasion to build one.
    builder.environment().put("KELSON_NO_BUILD", "1");
    builder.environment().putAll(variables);
    try {
      endExpected = false;
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command.line(spec), e);
    }
  }

  /** Sets environment variables for its coming lives. */
  public void setVariables(Map<String, String> environment) {
    variables = Map.copyOf(environment);
  }

  /**
   * Lets its coming lives join a cluster that runs, as one of these.
   *
   * @param members as {@code name=url,...}, with itself
   */
  public void joinAmong(String members) {
    spec = spec.joining(members);
  }

  /**
   * Deletes its data directory; its log file stays.
   *
   * @throws IllegalStateException when it is running
   */
  public void wipe() {
    if (alive()) {
      throw new IllegalStateException(name() + " is running on its data, pid " + pid());
    }
    Directories.deleteTree(spec.dataDir());
  }

  /** Should the present life end by itself, that is no surprise: something is being done to it. */
  public void expectEnd() {
    endExpected = true;
  }

  /** SIGKILL; returns when the process is gone. Its data stays as the kernel has it. */
  public void kill9() {
    endExpected = true;
    requireProcess().destroyForcibly();
    reap("SIGKILL");
  }

  /** SIGTERM; returns the exit code when the process is gone. */
  public int stop() {
    endExpected = true;
    requireProcess().destroy();
    return reap("SIGTERM");
  }

  /** SIGSTOP: alive, holding its ports and connections, and doing nothing. */
  public void pause() {
    signal("STOP");
  }

  /** SIGCONT: ends a pause. */
  public void resume() {
    signal("CONT");
  }

  /** Waits for the process to end by itself and returns its exit code. */
  public int awaitExit(Duration bound) {
    try {
      if (!requireProcess().waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(name() + " still runs after " + bound + logTail());
      }
      endExpected = true;
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the end of " + name(), e);
    }
  }

  /**
   * The same member as another process, with its own ports and log, on somebody else's data
   * directory; its cluster does not know it, so the caller ends it.
   */
  public ClusterNode sharing(Path dataDir) {
    return new ClusterNode(command, spec.withDataDir(dataDir), logFile);
  }

  /** Another member of the same product. */
  ClusterNode like(NodeSpec other, Path otherLog) {
    return new ClusterNode(command, other, otherLog);
  }

  /** Whether its process runs (a paused one does). */
  public boolean alive() {
    Process current = process;
    return current != null && current.isAlive();
  }

  /** Whether its process ended though nobody here stopped or killed it. */
  public boolean endedByItself() {
    return process != null && !alive() && !endExpected;
  }

  /** The process id of its latest life. */
  public long pid() {
    return requireProcess().pid();
  }

  /** The last lines it printed, for error messages. */
  public String logTail() {
    try {
      String all = Files.exists(logFile) ? Files.readString(logFile) : "";
      return "\n--- end of " + logFile + ":\n" + all.substring(Math.max(0, all.length() - 3_000));
    } catch (IOException e) {
      return "\n--- " + logFile + " cannot be read: " + e;
    }
  }

  @Override
  public String toString() {
    return name() + " at " + spec.endpoint();
  }

  /** Ends the process if it runs, however it can. */
  void destroy() {
    if (alive()) {
      kill9();
    }
  }

  private int reap(String after) {
    try {
      if (!process.waitFor(REAP_BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(
            name() + " runs on " + REAP_BOUND + " after " + after + logTail());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted after " + after + " to " + name(), e);
    }
  }

  private void signal(String name) {
    try {
      int code =
          new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (code != 0) {
        throw new IllegalStateException("kill -" + name + " " + pid() + " ended with " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run kill", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sending SIG" + name, e);
    }
  }

  private Process requireProcess() {
    Process current = process;
    if (current == null) {
      throw new IllegalStateException(name() + " was never started");
    }
    return current;
  }

  private static boolean isServerSetting(String variable) {
    boolean forTheLauncher = variable.equals("KELSON_JAVA_OPTS");
    return variable.startsWith("ETCD_") || variable.startsWith("KELSON_") && !forTheLauncher;
  }
}
