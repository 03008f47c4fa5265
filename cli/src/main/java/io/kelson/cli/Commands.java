package io.kelson.cli;

import java.util.List;

/** The commands by name; one is made only when its line comes, which keeps the start short. */
final class Commands {
  private static final List<String> NAMES =
      List.of(
          "put",
          "get",
          "del",
          "txn",
          "watch",
          "endpoint status",
          "endpoint health",
          "member list",
          "snapshot save",
          "snapshot status",
          "snapshot restore",
          "make-mirror",
          "copy",
          "diff",
          "completion bash",
          "completion zsh",
          "completion fish",
          "version");

  private Commands() {}

  /** All names, in the order of the help text. */
  static List<String> names() {
    return NAMES;
  }

  /** Whether names begin with this word. */
  static boolean isGroup(String word) {
    String start = word + ' ';
    for (String name : NAMES) {
      if (name.startsWith(start)) {
        return true;
      }
    }
    return false;
  }

  /** The command of one or two words; null if there is none. */
  static Command named(String name) {
    return switch (name) {
      case "put" -> new PutCommand();
      case "get" -> new GetCommand();
      case "del" -> new DelCommand();
      case "txn" -> new TxnCommand();
      case "watch" -> new WatchCommand();
      case "endpoint status" -> new EndpointStatusCommand();
      case "endpoint health" -> new EndpointHealthCommand();
      case "member list" -> new MemberListCommand();
      case "snapshot save" -> new SnapshotSaveCommand();
      case "snapshot status" ->
          new HandedOverCommand("status", "Checks a backup and prints what is in it.");
      case "snapshot restore" ->
          new HandedOverCommand("restore", "Makes a member's data directory of a backup.");
      case "make-mirror" -> new MakeMirrorCommand();
      case "copy" -> new CopyCommand();
      case "diff" -> new DiffCommand();
      case "completion bash" -> new CompletionCommand("bash");
      case "completion zsh" -> new CompletionCommand("zsh");
      case "completion fish" -> new CompletionCommand("fish");
      case "version" -> new VersionCommand();
      default -> null;
    };
  }
}
