package io.kelson.cli;

import io.kelson.api.LeaseRevokeResponse;
import io.kelson.client.Bytes;
import io.kelson.client.ErrorCode;
import io.kelson.client.EtcdException;
import io.kelson.client.Header;
import io.kelson.client.KelsonClient;
import io.kelson.client.LeaseGrant;
import io.kelson.client.LeaseList;
import io.kelson.client.LeaseRenewal;
import io.kelson.client.LeaseTimeToLive;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The commands on leases. */
final class LeaseCommands {
  private static final String NEEDS_ID = " command needs lease ID as argument";

  private LeaseCommands() {}

  static Command grant() {
    return new Verb(
        new Command.Form(
            List.of("lease", "grant"),
            "<ttl>",
            "Grants a lease that ends ttl seconds after its last keep-alive; prints its id.",
            List.of(),
            List.of(
                "kelsonctl lease grant 60                     lease 32695410dcc0ca06 granted with"
                    + " TTL(60s)",
                "kelsonctl put --lease=32695410dcc0ca06 a 1   a goes when the lease ends")),
        LeaseCommands::grant);
  }

  private static void grant(Flags flags, Session session) {
    if (flags.arguments().size() != 1) {
      throw CliException.badArgs("lease grant command needs TTL argument");
    }
    long ttlSeconds;
    try {
      ttlSeconds = GoText.parseDecimal(flags.arguments().get(0));
    } catch (IllegalArgumentException e) {
      throw CliException.badArgs("bad TTL (" + e.getMessage() + ")");
    }
    Printer printer = printer(session);
    LeaseGrant lease;
    try {
      lease = session.client().leases().grant(ttlSeconds);
    } catch (EtcdException e) {
      throw new CliException(ExitCode.ERROR, "failed to grant lease (" + e.text() + ")");
    }
    printer.reply(
        new Reply(
            Messages.header(lease.header()),
            "lease " + hex(lease.id()) + " granted with TTL(" + lease.ttlSeconds() + "s)\n",
            fields -> {
              fields.header(lease.header());
              fields.field("ID", lease.id());
              fields.field("TTL", lease.ttlSeconds());
            },
            json -> {
              JsonPrinter.header(json, lease.header());
              json.raw("ID", lease.id()).raw("TTL", lease.ttlSeconds()).string("Error", "");
            }));
  }

  static Command revoke() {
    return new Verb(
        new Command.Form(
            List.of("lease", "revoke"),
            "<id>",
            "Revokes a lease; every key that hangs on it is deleted.",
            List.of(),
            List.of("kelsonctl lease revoke 32695410dcc0ca06")),
        LeaseCommands::revoke);
  }

  private static void revoke(Flags flags, Session session) {
    if (flags.arguments().size() != 1) {
      throw CliException.badArgs("lease revoke command needs 1 argument");
    }
    long id = id(flags);
    Printer printer = printer(session);
    Header header;
    try {
      header = session.client().leases().revoke(id);
    } catch (EtcdException e) {
      throw new CliException(ExitCode.ERROR, "failed to revoke lease (" + e.text() + ")");
    }
    LeaseRevokeResponse message =
        LeaseRevokeResponse.newBuilder().setHeader(Messages.header(header)).build();
    printer.reply(Reply.headerOnly(message, header, "lease " + hex(id) + " revoked\n"));
  }

  static Command timeToLive() {
    return new Verb(
        new Command.Form(
            List.of("lease", "timetolive"),
            "<id>",
            "Prints how long a lease still lives.",
            List.of(Command.Flag.toggle("keys", "also print the keys that hang on it")),
            List.of("kelsonctl lease timetolive 32695410dcc0ca06 --keys")),
        LeaseCommands::timeToLive);
  }

  private static void timeToLive(Flags flags, Session session) {
    if (flags.arguments().size() != 1) {
      throw CliException.badArgs("lease timetolive" + NEEDS_ID);
    }
    Printer printer = printer(session);
    boolean withKeys = flags.isSet("keys");
    LeaseTimeToLive lease = session.client().leases().timeToLive(id(flags), withKeys);
    printer.reply(
        new Reply(
            Messages.header(lease.header()),
            text(lease, withKeys),
            fields -> {
              fields.header(lease.header());
              fields.field("ID", lease.id());
              fields.field("TTL", lease.ttlSeconds());
              fields.field("GrantedTTL", lease.grantedTtlSeconds());
              lease.keys().forEach(key -> fields.field("Key", GoText.quoted(key)));
            },
            json -> {
              JsonPrinter.header(json, lease.header());
              json.raw("id", lease.id())
                  .raw("ttl", lease.ttlSeconds())
                  .raw("granted-ttl", lease.grantedTtlSeconds())
                  .bytesOrNull("keys", lease.keys());
            }));
  }

  private static String text(LeaseTimeToLive lease, boolean withKeys) {
    String start = "lease " + hex(lease.id());
    if (lease.grantedTtlSeconds() == 0) {
      return start + " already expired\n";
    }
    String keys = lease.keys().stream().map(Bytes::utf8).collect(Collectors.joining(" "));
    return start
        + " granted with TTL("
        + lease.grantedTtlSeconds()
        + "s), remaining("
        + lease.ttlSeconds()
        + "s)"
        + (withKeys ? ", attached keys([" + keys + "])" : "")
        + "\n";
  }

  static Command list() {
    return new Verb(
        new Command.Form(
            List.of("lease", "list"),
            "",
            "Lists the leases there are.",
            List.of(),
            List.of("kelsonctl lease list")),
        LeaseCommands::list);
  }

  private static void list(Flags flags, Session session) {
    Printer printer = printer(session);
    LeaseList leases = session.client().leases().list();
    StringBuilder text = new StringBuilder("found " + leases.ids().size() + " leases\n");
    leases.ids().forEach(id -> text.append(hex(id)).append('\n'));
    printer.reply(
        new Reply(
            Messages.header(leases.header()),
            text.toString(),
            fields -> {
              fields.header(leases.header());
              leases.ids().forEach(id -> fields.field("ID", id));
            },
            json -> {
              JsonPrinter.header(json, leases.header());
              json.list("leases", leases.ids(), (lease, id) -> lease.raw("id", id));
            }));
  }

  static Command keepAlive() {
    return new Verb(
        new Command.Form(
            List.of("lease", "keep-alive"),
            "<id>",
            "Keeps a lease alive until it is stopped.",
            List.of(Command.Flag.toggle("once", "renew it once and end")),
            List.of(
                "kelsonctl lease keep-alive 32695410dcc0ca06",
                "kelsonctl lease keep-alive 32695410dcc0ca06 --once")),
        LeaseCommands::keepAlive);
  }

  private static void keepAlive(Flags flags, Session session) throws InterruptedException {
    if (flags.arguments().size() != 1) {
      throw CliException.badArgs("lease keep-alive" + NEEDS_ID);
    }
    long id = id(flags);
    Printer printer = printer(session);
    KelsonClient client = session.client();
    if (flags.isSet("once")) {
      LeaseRenewal renewal;
      try {
        renewal = client.leases().keepAliveOnce(id);
      } catch (EtcdException e) {
        throw new CliException(ExitCode.BAD_CONNECTION, e.text());
      }
      if (!renewal.alive()) {
        throw new CliException(ExitCode.BAD_CONNECTION, "etcdserver: requested lease not found");
      }
      print(printer, renewal);
      return;
    }
    while (true) {
      LeaseRenewal renewal = renewed(client, id);
      if (renewal == null || !renewal.alive()) {
        if (session.globals().writeOut().equals("simple")) {
          session.console().line("lease " + hex(id) + " expired or revoked.");
        }
        return;
      }
      print(printer, renewal);
      session.console().flush();
      TimeUnit.MILLISECONDS.sleep(Math.max(500, renewal.ttlSeconds() * 1000 / 3));
    }
  }

  /** Null when there is no such lease. */
  private static LeaseRenewal renewed(KelsonClient client, long id) {
    try {
      return client.leases().keepAliveOnce(id);
    } catch (EtcdException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  private static void print(Printer printer, LeaseRenewal renewal) {
    printer.reply(
        new Reply(
            Messages.header(renewal.header()),
            "lease " + hex(renewal.id()) + " keepalived with TTL(" + renewal.ttlSeconds() + ")\n",
            fields -> {
              fields.header(renewal.header());
              fields.field("ID", renewal.id());
              fields.field("TTL", renewal.ttlSeconds());
            },
            json -> {
              JsonPrinter.header(json, renewal.header());
              json.raw("ID", renewal.id()).raw("TTL", renewal.ttlSeconds());
            }));
  }

  private static Printer printer(Session session) {
    Printer printer = Printers.of(session, false);
    printer.requireReply(true);
    return printer;
  }

  private static long id(Flags flags) {
    try {
      return GoText.parseHex(flags.arguments().get(0));
    } catch (IllegalArgumentException e) {
      throw CliException.badArgs("bad lease ID arg (" + e.getMessage() + "), expecting ID in Hex");
    }
  }

  /** Sixteen digits, as leases are written. */
  static String hex(long id) {
    String digits = Long.toHexString(id);
    return "0".repeat(16 - digits.length()) + digits;
  }
}
