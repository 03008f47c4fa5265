package io.kelson.chaos.run;

import io.kelson.chaos.nemesis.Nemesis;
import io.kelson.chaos.planted.PlantedBugs;
import io.kelson.chaos.workload.Checkers;
import io.kelson.chaos.workload.Workloads;

/** What the command says about itself. */
final class Help {
  static final String TEXT =
      """
      kelson-chaos does faults to a real cluster while clients work, records every call, and has
      checkers look for broken promises.

        bin/kelson-chaos run --workload register --nemesis none --seconds 10
            three members of Kelson, eight clients, no faults: the shortest run that says something

        bin/kelson-chaos run --workload txn --nemesis kill-leader --minutes 2 --seed 7
            the same choices again with the same seed

        bin/kelson-chaos run --workload watch --product etcd --rate 50 --clients 12
            the same of etcd; each client makes 50 calls a second, whether or not answers come

        bin/kelson-chaos campaign --minutes 60 --seconds-per-run 30 --seed 1
            every workload under every nemesis, shuffled, until the time is up

        bin/kelson-chaos campaign --minutes 5 --workloads register,bank --nemeses none,pause
            some of them

        bin/kelson-chaos planted --seconds 40
            plants every known bug in the server in turn and sees that its run catches it

        bin/kelson-chaos run --workload set --nemesis power-loss-all --plant ack-before-fsync
            one of them

        bin/kelson-chaos list
            the workloads, nemeses and checkers there are

        bin/kelson-chaos replay chaos-runs/register-none-1
            the checkers again, over the history that a run has left

        bin/kelson-chaos report chaos-runs/register-none-1
            the page of a run again

      Of run and campaign:
        --seed N         where all random choices come from; by default another one each time
        --driver D       process (default) or docker
        --product P      kelson (default) or etcd, which KELSON_ETCD names, or the path
        --members N      3
        --clients N      8
        --rate R         calls a second of each client, 0 (default) for as fast as answers come
        --flags F        further flags for every member, such as --flags --read-lease
        --out DIR        where everything is kept; by default below chaos-runs

      A run passes only if enough was done, a fault took effect if one was asked for, and every
      checker that looked decided. Exit code: 0 passed, 1 a promise was broken, 2 the command line
      makes no sense, 3 invalid or skipped.
      """;

  private Help() {}

  /** What there is. */
  static String list() {
    StringBuilder text = new StringBuilder("workloads\n");
    for (String name : Workloads.names()) {
      text.append(line(name, Workloads.create(name).describe()));
    }
    text.append("nemeses\n").append(line(RunSpec.NO_NEMESIS, "nothing is done"));
    for (Nemesis nemesis : NemesisCatalogue.all()) {
      String needs = nemesis.needs().isEmpty() ? "" : " " + nemesis.needs();
      text.append(line(nemesis.name(), nemesis.describe() + needs));
    }
    text.append("planted bugs\n");
    PlantedBugs.all().forEach(bug -> text.append(line(bug.id(), bug.what())));
    text.append("checkers\n  ").append(String.join(", ", Checkers.names()));
    return text.append('\n').toString();
  }

  private static String line(String name, String description) {
    return String.format("  %-26s %s%n", name, description);
  }
}
