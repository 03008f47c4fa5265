package io.kelson.cli;

import java.util.List;

/** A command of another program, which {@code bin/kelsonctl} hands over to it. */
final class HandedOverCommand implements Command {
  private final Form form;
  private final String instead;

  /**
   * @param instead what to run where nobody hands it over
   */
  private HandedOverCommand(Form form, String instead) {
    this.form = form;
    this.instead = instead;
  }

  /** A command on backups, which needs the store. */
  static HandedOverCommand snapshot(String verb, String summary) {
    return new HandedOverCommand(
        new Form(
            List.of("snapshot", verb),
            "<filename>",
            summary,
            List.of(),
            verb.equals("status")
                ? List.of("kelsonctl snapshot status backup.db -w table")
                : List.of(
                    "kelsonctl snapshot restore backup.db --name m1 --data-dir /var/lib/kelson")),
        "snapshot " + verb + " is done by the server's program: run kelson snapshot " + verb);
  }

  /** The load driver. */
  static HandedOverCommand bench() {
    return new HandedOverCommand(
        new Form(
            List.of("bench"),
            "<workload>",
            "Loads a cluster and prints rates and latencies; needs a source tree.",
            List.of(),
            List.of("kelsonctl bench put --endpoints 127.0.0.1:2379 --clients 64 --connections 8")),
        "bench is done by the load driver: run jmh-bench/load in a source tree of Kelson");
  }

  @Override
  public Form form() {
    return form;
  }

  /** Reached only by those who start this program some other way. */
  @Override
  public void run(Flags flags, Session session) {
    throw new CliException(ExitCode.ERROR, instead);
  }
}
