package io.kelson.bench.scenario;

import com.google.protobuf.ByteString;
import io.kelson.bench.Ratios;
import io.kelson.bench.Values;
import io.kelson.chaos.ClusterNode;
import io.kelson.chaos.MemberClient;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** How long one server alone, with an empty directory, takes from its start to its first put. */
record FirstPut(ScenarioSizes sizes) implements Scenario {
  @Override
  public int members() {
    return 1;
  }

  @Override
  public List<Row> rows() {
    return List.of(
        new Row(
            "start on an empty directory to the first put, median of " + sizes.starts(),
            Row.Unit.SECONDS,
            Bound.absolute(1)));
  }

  @Override
  public List<Reading> run(Stage stage) throws InterruptedException {
    ClusterNode node = stage.cluster().nodes().get(0);
    MemberClient client = stage.cluster().client(node);
    SplittableRandom random = new SplittableRandom(sizes.starts());
    List<Double> seconds = new ArrayList<>();
    for (int start = 1; start <= sizes.starts(); start++) {
      stage.progress().show("start " + start + " of " + sizes.starts());
      long startNanos = System.nanoTime();
      node.start();
      seconds.add(
          FirstAnswer.await(
                  "a put after a start",
                  Stage.START_BOUND,
                  FirstAnswer.OFTEN,
                  List.of(client),
                  Questions.put(
                      ByteString.copyFromUtf8("key"), Values.random(sizes.valueBytes(), random)),
                  reply -> true)
              .secondsSince(startNanos));
      node.kill9();
      node.wipe();
    }
    stage.progress().clear();
    return List.of(Reading.of(seconds, Ratios::median));
  }
}
