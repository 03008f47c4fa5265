package io.kelson.cli;

import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Runs a command once for each event, one after the other, with the event in its environment. */
final class WatchExec {
  private final List<String> command;

  WatchExec(List<String> command) {
    this.command = command.stream().map(ByteText::readable).toList();
  }

  /** Throws when the command cannot be run or fails. */
  void run(WatchBatch batch) {
    for (WatchEvent event : batch.events()) {
      run(batch.header().revision(), event);
    }
  }

  private void run(long revision, WatchEvent event) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    Map<String, String> variables = builder.environment();
    variables.put("ETCD_WATCH_REVISION", Long.toString(revision));
    variables.put("ETCD_WATCH_EVENT_TYPE", GoText.quoted(event.type().name()));
    variables.put("ETCD_WATCH_KEY", GoText.quoted(event.kv().key()));
    variables.put("ETCD_WATCH_VALUE", GoText.quoted(event.kv().value()));
    try {
      int exitCode = builder.start().waitFor();
      if (exitCode != 0) {
        throw failed("exit status " + exitCode);
      }
    } catch (IOException e) {
      throw failed(
          "exec: " + GoText.quoted(command.get(0)) + ": executable file not found in $PATH");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("interrupted");
    }
  }

  private CliException failed(String why) {
    String words = command.stream().map(GoText::quoted).collect(Collectors.joining(" "));
    return new CliException(ExitCode.ERROR, "command [" + words + "] error (" + why + ")");
  }
}
