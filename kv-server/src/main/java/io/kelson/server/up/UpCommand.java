package io.kelson.server.up;

import io.kelson.api.StatusResponse;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code kelson up}: starts three servers on this machine, says when they serve, tells what happens
 * to them, and stops them on Ctrl-C. A server that dies is started again, so that killing one is a
 * thing to try.
 */
@Command(
    name = "up",
    description = "Start a three-node cluster on this machine, and stop it on Ctrl-C.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  kelson up                   data below ./data, clients on 2379, 22379 and 32379",
      "  kelson up --data /var/tmp/k data somewhere else; found again on the next run",
      "  etcdctl --endpoints=127.0.0.1:2379,127.0.0.1:22379,127.0.0.1:32379 put hello world"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class UpCommand implements Callable<Integer> {
  private static final int[] CLIENT_PORTS = {2379, 22379, 32379};
  private static final long POLL_MILLIS = 250;
  private static final long PROGRESS_MILLIS = 2_000;
  private static final long START_LIMIT_MILLIS = 60_000;
  private static final long RESTART_DELAY_MILLIS = 3_000;
  private static final long STOP_LIMIT_MILLIS = 15_000;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where the nodes keep their data and logs (default: ${DEFAULT-VALUE}).")
  private Path data = Path.of("data");

  private final PrintStream out = System.out;
  private final List<LocalNode> nodes = new ArrayList<>();
  private final Map<LocalNode, Long> restartAtNanos = new LinkedHashMap<>();
  private volatile boolean stopping;
  private long shownLeader;
  private long shownTerm;

  /** Runs until stopped; 0 after Ctrl-C, 1 if the cluster could not be started. */
  @Override
  public Integer call() throws IOException, InterruptedException {
    Files.createDirectories(data);
    buildNodes();
    Thread stopper = new Thread(this::stopAll, "up-stop");
    Runtime.getRuntime().addShutdownHook(stopper);
    for (LocalNode node : nodes) {
      node.start();
    }
    if (!awaitReady()) {
      return 1;
    }
    String endpoints = nodes.stream().map(LocalNode::endpoint).collect(Collectors.joining(","));
    out.println("ready: endpoints " + endpoints + " (Ctrl-C stops all)");
    while (!stopping) {
      observe();
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return 0;
  }

  private void buildNodes() {
    String members = "";
    for (int i = 0; i < CLIENT_PORTS.length; i++) {
      members += (i == 0 ? "" : ",") + name(i) + "=http://127.0.0.1:" + (CLIENT_PORTS[i] + 1);
    }
    for (int i = 0; i < CLIENT_PORTS.length; i++) {
      String client = "http://127.0.0.1:" + CLIENT_PORTS[i];
      String peer = "http://127.0.0.1:" + (CLIENT_PORTS[i] + 1);
      List<String> command = new ArrayList<>(thisJava());
      command.addAll(
          List.of(
              "server",
              "--name=" + name(i),
              "--data-dir=" + data.resolve(name(i)),
              "--listen-client-urls=" + client,
              "--advertise-client-urls=" + client,
              "--listen-peer-urls=" + peer,
              "--initial-advertise-peer-urls=" + peer,
              "--initial-cluster=" + members,
              "--initial-cluster-token=kelson-up"));
      nodes.add(new LocalNode(name(i), CLIENT_PORTS[i], data.resolve(name(i) + ".log"), command));
    }
  }

  private static String name(int i) {
    return "kelson-" + (i + 1);
  }

  /** The way this very process was started, up to its arguments. */
  private static List<String> thisJava() {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("io.kelson.server.Main");
    return command;
  }

  /**
   * Whether every node answers and knows a leader; otherwise what stood in the way has been said.
   */
  private boolean awaitReady() throws InterruptedException {
    long begun = System.nanoTime();
    long progressDue = PROGRESS_MILLIS;
    while (!stopping) {
      int serving = 0;
      for (LocalNode node : nodes) {
        Optional<Integer> exit = node.exitCode();
        if (exit.isPresent()) {
          out.println(
              node.name()
                  + " did not start (exit code "
                  + exit.get()
                  + "); "
                  + node.log()
                  + " ends:");
          out.println(node.lastLogLines());
          return false;
        }
        if (node.status().filter(status -> status.getLeader() != 0).isPresent()) {
          serving++;
        }
      }
      if (serving == nodes.size()) {
        observe();
        return true;
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      if (millis > START_LIMIT_MILLIS) {
        out.println("no leader after " + millis / 1000 + " s; the nodes' logs are in " + data);
        return false;
      }
      if (millis > progressDue) {
        event("starting: " + serving + " of " + nodes.size() + " nodes serve");
        progressDue += PROGRESS_MILLIS;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS / 5);
    }
    return false;
  }

  private void observe() {
    for (LocalNode node : nodes) {
      if (stopping) {
        return;
      }
      Optional<Integer> exit = node.exitCode();
      if (exit.isPresent()) {
        bringBack(node, exit.get());
      } else {
        node.status().ifPresent(status -> showLeader(node, status));
      }
    }
  }

  private void bringBack(LocalNode node, int exitCode) {
    Long due = restartAtNanos.get(node);
    if (due == null) {
      String how =
          exitCode > 128
              ? "was killed by signal " + (exitCode - 128)
              : "ended with code " + exitCode;
      event(
          node.name() + " " + how + "; starting it again in " + RESTART_DELAY_MILLIS / 1000 + " s");
      restartAtNanos.put(
          node, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RESTART_DELAY_MILLIS));
    } else if (System.nanoTime() - due >= 0) {
      restartAtNanos.remove(node);
      try {
        node.start();
        event(node.name() + " started again (pid " + node.pid() + ")");
      } catch (IOException e) {
        event(node.name() + " could not be started: " + e.getMessage());
      }
    }
  }

  /** Tells of a new leader, once the leader itself says so. */
  private void showLeader(LocalNode node, StatusResponse status) {
    boolean leads = status.getLeader() == status.getHeader().getMemberId();
    boolean known =
        status.getRaftTerm() < shownTerm
            || status.getRaftTerm() == shownTerm && shownLeader == status.getLeader();
    if (!leads || known) {
      return;
    }
    shownTerm = status.getRaftTerm();
    shownLeader = status.getLeader();
    event(
        node.name()
            + " leads (term "
            + shownTerm
            + ", pid "
            + node.pid()
            + ", "
            + node.endpoint()
            + ")");
  }

  private void event(String line) {
    out.println(LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + "  " + line);
  }

  private void stopAll() {
    stopping = true;
    out.println();
    nodes.forEach(LocalNode::stop);
    try {
      for (LocalNode node : nodes) {
        node.awaitEnd(STOP_LIMIT_MILLIS);
        node.close();
      }
      out.println("stopped; the data is kept in " + data.toAbsolutePath().normalize());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
