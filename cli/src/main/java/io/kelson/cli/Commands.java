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
          "compaction",
          "lease grant",
          "lease revoke",
          "lease timetolive",
          "lease list",
          "lease keep-alive",
          "lock",
          "elect",
          "service register",
          "service list",
          "service resolve",
          "service watch",
          "service drain",
          "endpoint status",
          "endpoint health",
          "endpoint hashkv",
          "member list",
          "member add",
          "member remove",
          "member update",
          "member promote",
          "move-leader",
          "defrag",
          "alarm list",
          "alarm disarm",
          "downgrade validate",
          "downgrade enable",
          "downgrade cancel",
          "auth enable",
          "auth disable",
          "auth status",
          "user add",
          "user get",
          "user list",
          "user delete",
          "user passwd",
          "user grant-role",
          "user revoke-role",
          "role add",
          "role get",
          "role list",
          "role delete",
          "role grant-permission",
          "role revoke-permission",
          "snapshot save",
          "snapshot status",
          "snapshot restore",
          "check perf",
          "check datascale",
          "bench",
          "top",
          "make-mirror",
          "copy",
          "diff",
          "shell",
          "completion bash",
          "completion zsh",
          "completion fish",
          "options",
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
      case "service register" -> ServiceCommands.register();
      case "service list" -> ServiceCommands.list();
      case "service resolve" -> ServiceCommands.resolve();
      case "service watch" -> ServiceCommands.watch();
      case "service drain" -> ServiceCommands.drain();
      case "lock" -> new LockCommand();
      case "elect" -> new ElectCommand();
      case "endpoint status" -> new EndpointStatusCommand();
      case "endpoint health" -> new EndpointHealthCommand();
      case "endpoint hashkv" -> new EndpointHashCommand();
      case "compaction" -> MaintenanceCommands.compaction();
      case "lease grant" -> LeaseCommands.grant();
      case "lease revoke" -> LeaseCommands.revoke();
      case "lease timetolive" -> LeaseCommands.timeToLive();
      case "lease list" -> LeaseCommands.list();
      case "lease keep-alive" -> LeaseCommands.keepAlive();
      case "member add" -> MemberCommands.add();
      case "member remove" -> MemberCommands.remove();
      case "member update" -> MemberCommands.update();
      case "member promote" -> MemberCommands.promote();
      case "move-leader" -> MaintenanceCommands.moveLeader();
      case "defrag" -> MaintenanceCommands.defrag();
      case "alarm list" -> MaintenanceCommands.alarmList();
      case "alarm disarm" -> MaintenanceCommands.alarmDisarm();
      case "downgrade validate" -> MaintenanceCommands.downgrade("validate");
      case "downgrade enable" -> MaintenanceCommands.downgrade("enable");
      case "downgrade cancel" -> MaintenanceCommands.downgrade("cancel");
      case "auth enable" -> AuthCommands.enable();
      case "auth disable" -> AuthCommands.disable();
      case "auth status" -> AuthCommands.status();
      case "user add" -> UserCommands.add();
      case "user get" -> UserCommands.get();
      case "user list" -> UserCommands.list();
      case "user delete" -> UserCommands.delete();
      case "user passwd" -> UserCommands.passwd();
      case "user grant-role" -> UserCommands.grantRole();
      case "user revoke-role" -> UserCommands.revokeRole();
      case "role add" -> RoleCommands.add();
      case "role get" -> RoleCommands.get();
      case "role list" -> RoleCommands.list();
      case "role delete" -> RoleCommands.delete();
      case "role grant-permission" -> RoleCommands.grantPermission();
      case "role revoke-permission" -> RoleCommands.revokePermission();
      case "member list" -> new MemberListCommand();
      case "snapshot save" -> new SnapshotSaveCommand();
      case "snapshot status" ->
          HandedOverCommand.snapshot("status", "Checks a backup and prints what is in it.");
      case "snapshot restore" ->
          HandedOverCommand.snapshot("restore", "Makes a member's data directory of a backup.");
      case "check perf" -> CheckCommands.perf();
      case "check datascale" -> CheckCommands.datascale();
      case "bench" -> HandedOverCommand.bench();
      case "top" -> new TopCommand();
      case "make-mirror" -> new MakeMirrorCommand();
      case "copy" -> new CopyCommand();
      case "diff" -> new DiffCommand();
      case "shell" -> new ShellCommand();
      case "completion bash" -> new CompletionCommand("bash");
      case "completion zsh" -> new CompletionCommand("zsh");
      case "completion fish" -> new CompletionCommand("fish");
      case "options" ->
          new Verb(
              new Command.Form(
                  List.of("options"),
                  "",
                  "Lists the flags that every command takes.",
                  List.of(),
                  List.of("kelsonctl options")),
              (flags, session) ->
                  session
                      .console()
                      .print(HelpText.options(session.console().terminal().isColoured())));
      case "version" -> new VersionCommand();
      default -> null;
    };
  }
}
