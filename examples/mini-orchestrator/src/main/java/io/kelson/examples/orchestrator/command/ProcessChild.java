package io.kelson.examples.orchestrator.command;

import io.kelson.examples.orchestrator.parts.Fleet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A part in a process of its own. */
final class ProcessChild implements Fleet.Child {
  private final Process process;

  private ProcessChild(Process process) {
    this.process = process;
  }

  /** Starts them by that command line of this program, and puts them into {@code running}. */
  static Fleet.Launcher launcher(Map<String, ProcessChild> running, List<String> arguments) {
    return name -> {
      ProcessChild child = new ProcessChild(start(name, arguments));
      running.put(name, child);
      child.ended().thenRun(() -> running.remove(name));
      return child;
    };
  }

  /** A table for {@link #launcher}. */
  static Map<String, ProcessChild> table() {
    return new ConcurrentHashMap<>();
  }

  /** What it says passes through this process, line by line. */
  private static void pass(String name, Process process) {
    Thread thread = new Thread(() -> process.inputReader().lines().forEach(System.out::println));
    thread.setName("output of " + name);
    thread.setDaemon(true);
    thread.start();
  }

  private static Process start(String name, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(arguments);
    command.addAll(List.of("--name", name, "--end-with-parent"));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      pass(name, process);
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be started", e);
    }
  }

  @Override
  public CompletableFuture<?> ended() {
    return process.onExit();
  }

  @Override
  public void stop() {
    process.destroy();
  }

  /** Ends it without a word, as {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
  }
}
