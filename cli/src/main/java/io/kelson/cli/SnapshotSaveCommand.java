package io.kelson.cli;

import io.kelson.client.SnapshotInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code snapshot save}. */
final class SnapshotSaveCommand implements Command {

  @Override
  public Form form() {
    return new Form(
        List.of("snapshot", "save"),
        "<filename>",
        "Saves a backup of one member to a file; a file that is there is replaced when it is whole.",
        List.of(),
        List.of("kelsonctl --endpoints=10.0.0.1:2379 snapshot save backup.db"));
  }

  @Override
  public void run(Flags flags, Session session) {
    if (flags.arguments().size() != 1) {
      throw CliException.badArgs("snapshot save expects one argument");
    }
    List<String> endpoints = session.endpoints();
    if (endpoints.size() > 1) {
      throw CliException.badArgs(
          "snapshot must be requested to one selected node, not multiple " + endpoints);
    }
    String name = ByteText.readable(flags.arguments().get(0));
    SnapshotInfo saved = save(session, Path.of(name));
    session.console().line("Snapshot saved at " + name);
    if (!saved.version().isEmpty()) {
      session.console().line("Server version " + saved.version());
    }
  }

  private static SnapshotInfo save(Session session, Path file) {
    var client = session.client();
    try (Progress progress = Progress.ofBytes(session.console(), "snapshot");
        SavedFile saved = SavedFile.begin(file)) {
      SnapshotInfo info =
          client.snapshot(
              client.endpoints().get(0),
              (bytes, remaining) -> {
                saved.write(bytes);
                progress.now(bytes.length, remaining);
              });
      saved.commit(info.totalBytes());
      return info;
    } catch (IOException e) {
      throw new CliException(
          ExitCode.ERROR, "cannot save the snapshot to " + file + ": " + SavedFile.explained(e));
    }
  }
}
