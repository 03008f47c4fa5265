package io.kelson.bench.scenario;

import io.kelson.bench.KeySpace;
import io.kelson.bench.ProcessMeter;
import io.kelson.bench.Ratios;
import io.kelson.chaos.ClusterNode;
import io.kelson.chaos.MemberClient;
import io.kelson.chaos.ProcessCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The memory that servers hold with so many keys, and how long they take to read them back.
 *
 * @param keys how many
 * @param sizes of values, and how long servers settle
 * @param memoryGoal what is asked of memory
 * @param restarts whether they are restarted as well
 */
record FullStore(long keys, ScenarioSizes sizes, Bound memoryGoal, boolean restarts)
    implements Scenario {
  /** etcd's store takes 2 GiB by default, and ten million keys do not fit. */
  static final String LARGE_QUOTA = "--quota-backend-bytes=16106127360";

  private static final String ANONYMOUS = "MiB anonymous";
  private static final String OF_FILES = "MiB of files";

  @Override
  public List<String> flags() {
    return List.of(LARGE_QUOTA);
  }

  @Override
  public List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    rows.add(
        new Row(
            "memory with " + keys + " keys of " + sizes.valueBytes() + " B, three servers",
            Row.Unit.MEBIBYTES,
            memoryGoal,
            ANONYMOUS,
            OF_FILES));
    if (restarts) {
      rows.add(
          new Row(
              "restart with "
                  + keys
                  + " keys to the first linearizable read"
                  + (sizes.restarts() > 1 ? ", median of " + sizes.restarts() : ""),
              Row.Unit.SECONDS,
              Bound.ofOther(0.15)));
    }
    return rows;
  }

  @Override
  public List<Reading> run(Stage stage) throws InterruptedException {
    ProcessCluster cluster = stage.cluster();
    cluster.startAll(Stage.START_BOUND);
    KeySpace space = new KeySpace(keys, 16);
    TxnFill.fill(stage, space, sizes.valueBytes());
    stage.settle(sizes.settle());
    List<ProcessMeter.Resident> servers =
        stage.pids().stream().map(pid -> ProcessMeter.resident(List.of(pid))).toList();
    List<Reading> readings = new ArrayList<>();
    readings.add(
        Reading.of(each(servers, ProcessMeter.Resident::residentMebibytes), FullStore::sum)
            .with(ANONYMOUS, sum(each(servers, ProcessMeter.Resident::anonymousMebibytes)))
            .with(OF_FILES, sum(each(servers, ProcessMeter.Resident::fileMebibytes))));
    if (restarts) {
      List<Double> seconds = new ArrayList<>();
      for (int i = 0; i < sizes.restarts(); i++) {
        seconds.add(restart(stage, space));
      }
      readings.add(Reading.of(seconds, Ratios::median));
    }
    return readings;
  }

  private static List<Double> each(
      List<ProcessMeter.Resident> servers, Function<ProcessMeter.Resident, Double> figure) {
    return servers.stream().map(figure).toList();
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }

  /** Files stay in the kernel's cache: it is the servers that are restarted, not the machine. */
  private static double restart(Stage stage, KeySpace space) throws InterruptedException {
    ProcessCluster cluster = stage.cluster();
    cluster.nodes().forEach(ClusterNode::kill9);
    List<MemberClient> members = cluster.nodes().stream().map(cluster::client).toList();
    stage.progress().show("restarting with " + space.size() + " keys");
    long startNanos = System.nanoTime();
    cluster.nodes().forEach(ClusterNode::start);
    double seconds =
        FirstAnswer.await(
                "a linearizable read after a restart",
                Stage.DATA_BOUND,
                FirstAnswer.OFTEN,
                members,
                Questions.get(space.key(space.size() / 2), false),
                reply -> reply.getKvsCount() == 1)
            .secondsSince(startNanos);
    stage.progress().clear();
    return seconds;
  }
}
