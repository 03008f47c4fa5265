package io.kelson.chaos.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The Docker engine of this machine, started if need be and if this process may; one that was
 * started here ends with {@link #close}.
 */
final class DockerEngine implements AutoCloseable {
  private static final Path SOCKET = Path.of("/var/run/docker.sock");
  private static final Duration START_BOUND = Duration.ofSeconds(30);

  /** Null if it ran before. */
  private final Process started;

  private DockerEngine(Process started) {
    this.started = started;
  }

  /**
   * Finds the engine or starts it.
   *
   * @param log where a started engine's output goes
   * @throws IllegalStateException if there is none and none can be started, with the remedy
   */
  static DockerEngine open(Path log) {
    if (answers()) {
      return new DockerEngine(null);
    }
    if (!Commands.run("id", "-u").output().equals("0")) {
      throw new IllegalStateException("no Docker engine runs, and only root could start one");
    }
    if (!Commands.run("sh", "-c", "command -v dockerd").ok()) {
      throw new IllegalStateException(
          "no Docker engine runs, and there is no dockerd to start: install docker.io");
    }
    try {
      Process process =
          new ProcessBuilder("dockerd")
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      DockerEngine engine = new DockerEngine(process);
      engine.awaitAnswer(log);
      return engine;
    } catch (IOException e) {
      throw new IllegalStateException("dockerd cannot be started: " + e.getMessage(), e);
    }
  }

  private static boolean answers() {
    return Files.exists(SOCKET) && Commands.run("docker", "info").ok();
  }

  private void awaitAnswer(Path log) {
    long end = System.nanoTime() + START_BOUND.toNanos();
    while (System.nanoTime() - end < 0) {
      if (answers()) {
        return;
      }
      if (ended(200)) {
        throw new IllegalStateException("dockerd does not start here; see " + log);
      }
    }
    close();
    throw new IllegalStateException("dockerd was started and does not answer; see " + log);
  }

  private boolean ended(long waitMillis) {
    try {
      return started.waitFor(waitMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new IllegalStateException("interrupted while dockerd starts", e);
    }
  }

  /** The id of an image that is here; images are never fetched. */
  Optional<String> image(String name) {
    Commands.Result found = Commands.run("docker", "image", "inspect", "--format", "{{.Id}}", name);
    return found.ok() ? Optional.of(found.output()) : Optional.empty();
  }

  /** Ends the engine if it was started here. */
  @Override
  public void close() {
    if (started == null || !started.isAlive()) {
      return;
    }
    started.destroy();
    try {
      if (!started.waitFor(20, TimeUnit.SECONDS)) {
        started.destroyForcibly();
      }
    } catch (InterruptedException e) {
      started.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
