package io.kelson.cli;

import io.kelson.api.AlarmMember;
import io.kelson.api.AlarmResponse;
import io.kelson.api.DowngradeResponse;
import io.kelson.api.MoveLeaderResponse;
import io.kelson.client.Alarm;
import io.kelson.client.AlarmType;
import io.kelson.client.DowngradeResult;
import io.kelson.client.EndpointStatus;
import io.kelson.client.EtcdException;
import io.kelson.client.Header;
import io.kelson.client.KelsonClient;
import io.kelson.client.MaintenanceCalls;
import java.util.ArrayList;
import java.util.List;

/** Compaction, defragmentation, alarms, leadership, downgrades. */
final class MaintenanceCommands {
  private MaintenanceCommands() {}

  static Command compaction() {
    return new Verb(
        new Command.Form(
            List.of("compaction"),
            "<revision>",
            "Forgets the history before a revision.",
            List.of(Command.Flag.toggle("physical", "wait until it is also gone from the disk")),
            List.of("kelsonctl compaction 1200 --physical")),
        (flags, session) -> {
          if (flags.arguments().size() != 1) {
            throw CliException.badArgs("compaction command needs 1 argument");
          }
          long revision;
          try {
            revision = GoText.parseDecimal(flags.arguments().get(0));
          } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.ERROR, e.getMessage());
          }
          session.client().compact(revision, flags.isSet("physical"));
          session.console().line("compacted revision " + revision);
        });
  }

  static Command defrag() {
    return new Verb(
        new Command.Form(
            List.of("defrag"),
            "",
            "Has each member in --endpoints, or every one with --cluster, give back disk space.",
            List.of(
                Command.Flag.toggle("cluster", "use all endpoints from the cluster member list")),
            List.of("kelsonctl defrag --cluster --command-timeout=60s")),
        (flags, session) -> {
          int failures = 0;
          List<String> endpoints = ClusterEndpoints.of(flags, session);
          int left = endpoints.size();
          try (Progress progress = Progress.of(session.console(), "defrag", "members")) {
            for (String endpoint : endpoints) {
              failures += isDefragmented(endpoint, session) ? 0 : 1;
              progress.now(1, --left);
            }
          }
          if (failures > 0) {
            throw new CliException(ExitCode.ERROR, failures + " of them failed");
          }
        });
  }

  private static boolean isDefragmented(String endpoint, Session session) {
    Console console = session.console();
    try (KelsonClient client = session.client(List.of(endpoint))) {
      client.maintenance().defragment(endpoint);
      console.line("Finished defragmenting etcd member[" + endpoint + "]").flush();
      return true;
    } catch (EtcdException e) {
      console.error("Failed to defragment etcd member[" + endpoint + "] (" + e.text() + ")");
      return false;
    }
  }

  static Command alarmList() {
    return new Verb(
        new Command.Form(
            List.of("alarm", "list"),
            "",
            "Lists the alarms that are up.",
            List.of(),
            List.of("kelsonctl alarm list")),
        (flags, session) -> {
          if (!flags.arguments().isEmpty()) {
            throw CliException.badArgs("alarm list command accepts no arguments");
          }
          Printer printer = printer(session);
          print(printer, session.client().maintenance().alarms());
        });
  }

  static Command alarmDisarm() {
    return new Verb(
        new Command.Form(
            List.of("alarm", "disarm"),
            "",
            "Takes all alarms down, when what raised them is over; prints them.",
            List.of(),
            List.of("kelsonctl compaction 1200 && kelsonctl defrag && kelsonctl alarm disarm")),
        (flags, session) -> {
          if (!flags.arguments().isEmpty()) {
            throw CliException.badArgs("alarm disarm command accepts no arguments");
          }
          Printer printer = printer(session);
          MaintenanceCalls maintenance = session.client().maintenance();
          List<Alarm> disarmed = new ArrayList<>();
          for (Alarm alarm : maintenance.alarms()) {
            disarmed.addAll(maintenance.disarm(alarm.memberId(), AlarmType.valueOf(alarm.type())));
          }
          print(printer, disarmed);
        });
  }

  private static void print(Printer printer, List<Alarm> alarms) {
    AlarmResponse.Builder message = AlarmResponse.newBuilder();
    StringBuilder text = new StringBuilder();
    for (Alarm alarm : alarms) {
      message.addAlarms(
          AlarmMember.newBuilder()
              .setMemberID(alarm.memberId())
              .setAlarm(io.kelson.api.AlarmType.valueOf(alarm.type())));
      text.append("memberID:").append(Long.toUnsignedString(alarm.memberId()));
      text.append(" alarm:").append(alarm.type()).append(" \n");
    }
    printer.reply(
        new Reply(
            message.build(),
            text.toString(),
            fields -> {
              for (Alarm alarm : alarms) {
                fields.field("MemberID", Long.toUnsignedString(alarm.memberId()));
                fields.field("AlarmType", alarm.type());
              }
            },
            null));
  }

  static Command moveLeader() {
    return new Verb(
        new Command.Form(
            List.of("move-leader"),
            "<id>",
            "Has the leader, which must be among --endpoints, hand over to another member.",
            List.of(),
            List.of("kelsonctl --endpoints=$ALL move-leader c89feb932daef420")),
        MaintenanceCommands::moveLeader);
  }

  private static void moveLeader(Flags flags, Session session) {
    if (flags.arguments().size() != 1) {
      throw CliException.badArgs("move-leader command needs 1 argument");
    }
    long target;
    try {
      target = GoText.parseUnsignedHex(flags.arguments().get(0));
    } catch (IllegalArgumentException e) {
      throw CliException.badArgs(e.getMessage());
    }
    Printer printer = printer(session);
    for (String endpoint : session.endpoints()) {
      KelsonClient client = session.client(List.of(endpoint));
      EndpointStatus status = client.status(endpoint);
      if (status.leader() != status.header().memberId()) {
        continue;
      }
      Header header = client.maintenance().moveLeader(endpoint, target);
      MoveLeaderResponse.Builder message = MoveLeaderResponse.newBuilder();
      if (header.clusterId() != 0) {
        message.setHeader(Messages.header(header));
      }
      String text =
          "Leadership transferred from "
              + Long.toHexString(status.leader())
              + " to "
              + Long.toHexString(target)
              + "\n";
      printer.reply(Reply.headerOnly(message.build(), header, text));
      return;
    }
    throw CliException.badArgs("no leader endpoint given at " + session.endpoints());
  }

  static Command downgrade(String verb) {
    boolean hasVersion = !verb.equals("cancel");
    return new Verb(
        new Command.Form(
            List.of("downgrade", verb),
            hasVersion ? "<version>" : "",
            switch (verb) {
              case "validate" -> "Asks whether the cluster could be downgraded to a version.";
              case "enable" -> "Lets members of a version, one minor below, join.";
              default -> "Gives a downgrade up.";
            },
            List.of(),
            List.of("kelsonctl downgrade " + verb + (hasVersion ? " 3.6" : ""))),
        (flags, session) -> {
          if (hasVersion && flags.arguments().isEmpty()) {
            throw CliException.badArgs("TARGET_VERSION not provided");
          }
          if (flags.arguments().size() > (hasVersion ? 1 : 0)) {
            throw CliException.badArgs("too many arguments");
          }
          Printer printer = Printers.of(session, false);
          printer.requireReply(true);
          MaintenanceCalls maintenance = session.client().maintenance();
          String version = hasVersion ? ByteText.readable(flags.arguments().get(0)) : "";
          DowngradeResult result =
              switch (verb) {
                case "validate" -> maintenance.downgradeValidate(version);
                case "enable" -> maintenance.downgradeEnable(version);
                default -> maintenance.downgradeCancel();
              };
          printer.reply(
              Reply.headerOnly(
                  DowngradeResponse.newBuilder()
                      .setHeader(Messages.header(result.header()))
                      .setVersion(result.version())
                      .build(),
                  result.header(),
                  "Downgrade " + verb + " success, cluster version " + result.version() + "\n"));
        });
  }

  private static Printer printer(Session session) {
    Printer printer = Printers.of(session, false);
    printer.requireReply(true);
    return printer;
  }
}
