package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** {@code lock}: holds a named lock while a command runs, or until it is stopped. */
final class LockCommand implements Command {

  @Override
  public Form form() {
    return new Form(
        List.of("lock"),
        "<name> [-- command args...]",
        "Waits for a named lock, and holds it while a command runs or until Ctrl-C.",
        List.of(Flag.value("ttl", "seconds", "how soon others get it when this process dies (10)")),
        List.of(
            "kelsonctl lock backup                              prints its key, holds it",
            "kelsonctl lock backup -- ./backup.sh --full        runs it when nobody else does",
            "kelsonctl lock backup -- sh -c 'echo $ETCD_LOCK_KEY $ETCD_LOCK_REV'"));
  }

  @Override
  public void run(Flags flags, Session session) throws InterruptedException {
    if (flags.arguments().isEmpty()) {
      throw CliException.badArgs(
          "lock takes a lock name argument and an optional command to execute");
    }
    Printer printer = Printers.of(session, false);
    printer.requireKeyValues();
    KelsonClient client = session.client();
    HeldLease lease = HeldLease.grant(client, flags.has("ttl") ? flags.number("ttl") : 10);
    WaitingLine line = new WaitingLine(client, flags.arguments().get(0));
    // While it waits, its place goes with the lease.
    session.atInterrupt(() -> giveUp(lease));
    WaitingLine.Place place = line.first(lease, Bytes.EMPTY);
    session.atInterrupt(() -> release(line, place, lease));
    List<String> command = flags.arguments().subList(1, flags.arguments().size());
    if (!command.isEmpty()) {
      int exitCode;
      try {
        exitCode = runLocked(command, place);
      } finally {
        session.atInterrupt(null);
        release(line, place, lease);
      }
      if (exitCode != 0) {
        throw new CliException(exitCode, "exit status " + exitCode);
      }
      return;
    }
    RangeResult held = client.range(RangeOp.key(place.key()));
    if (held.kvs().isEmpty()) {
      throw new CliException(ExitCode.ERROR, "lock lost on init");
    }
    printer.range(held);
    session.console().flush();
    awaitLoss(lease);
    throw new CliException(ExitCode.ERROR, "session expired");
  }

  /** The end of one who has got nothing yet. */
  static void giveUp(HeldLease lease) {
    lease.close();
    throw new CliException(ExitCode.ERROR, "context canceled");
  }

  private static void release(WaitingLine line, WaitingLine.Place place, HeldLease lease) {
    try {
      line.leave(place);
    } finally {
      lease.close();
    }
  }

  static void awaitLoss(HeldLease lease) throws InterruptedException {
    try {
      lease.lost().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int runLocked(List<String> command, WaitingLine.Place place)
      throws InterruptedException {
    List<String> words = command.stream().map(ByteText::readable).toList();
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .redirectInput(new java.io.File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    Map<String, String> variables = builder.environment();
    variables.put("ETCD_LOCK_KEY", place.key().utf8());
    variables.put("ETCD_LOCK_REV", Long.toString(place.header().revision()));
    try {
      return builder.start().waitFor();
    } catch (IOException e) {
      throw new CliException(
          ExitCode.ERROR,
          "exec: " + GoText.quoted(words.get(0)) + ": executable file not found in $PATH");
    }
  }
}
