package io.kelson.cli;

import java.util.List;

/**
 * A command that needs the store, and which {@code bin/kelsonctl} hands over to the server's
 * program.
 */
final class HandedOverCommand implements Command {
  private final String verb;
  private final String summary;

  /**
   * @param verb of {@code snapshot}
   */
  HandedOverCommand(String verb, String summary) {
    this.verb = verb;
    this.summary = summary;
  }

  @Override
  public Form form() {
    return new Form(List.of("snapshot", verb), "<filename>", summary, List.of(), List.of());
  }

  /** Reached only by those who start this program some other way. */
  @Override
  public void run(Flags flags, Session session) {
    throw new CliException(
        ExitCode.ERROR,
        "snapshot " + verb + " is done by the server's program: run kelson snapshot " + verb);
  }
}
