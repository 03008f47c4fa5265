package io.kelson.cli;

import io.kelson.api.AuthRoleAddResponse;
import io.kelson.api.AuthRoleDeleteResponse;
import io.kelson.api.AuthRoleGetResponse;
import io.kelson.api.AuthRoleGrantPermissionResponse;
import io.kelson.api.AuthRoleListResponse;
import io.kelson.api.AuthRoleRevokePermissionResponse;
import io.kelson.client.Bytes;
import io.kelson.client.Header;
import io.kelson.client.Permission;
import io.kelson.client.RoleInfo;
import io.kelson.client.RoleList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The commands on roles. */
final class RoleCommands {
  private static final List<Command.Flag> RANGE_FLAGS =
      List.of(
          Command.Flag.toggle("prefix", "every key with this prefix"),
          Command.Flag.toggle("from-key", "every key from this one on"));

  private RoleCommands() {}

  static Command add() {
    return new Verb(
        new Command.Form(
            List.of("role", "add"),
            "<name>",
            "Adds a role, which may do nothing yet.",
            List.of(),
            List.of("kelsonctl role add readers")),
        (flags, session) -> {
          String name = one(flags, "role add command requires role name as its argument");
          Printer printer = printer(session);
          Header header = session.client().auth().roleAdd(name);
          printer.reply(
              Reply.headerOnly(
                  AuthRoleAddResponse.newBuilder().setHeader(Messages.header(header)).build(),
                  header,
                  "Role " + name + " created\n"));
        });
  }

  static Command delete() {
    return new Verb(
        new Command.Form(
            List.of("role", "delete"),
            "<name>",
            "Deletes a role, and takes it from every user.",
            List.of(),
            List.of("kelsonctl role delete readers")),
        (flags, session) -> {
          String name = one(flags, "role delete command requires role name as its argument");
          Printer printer = printer(session);
          Header header = session.client().auth().roleDelete(name);
          printer.reply(
              Reply.headerOnly(
                  AuthRoleDeleteResponse.newBuilder().setHeader(Messages.header(header)).build(),
                  header,
                  "Role " + name + " deleted\n"));
        });
  }

  static Command get() {
    return new Verb(
        new Command.Form(
            List.of("role", "get"),
            "<name>",
            "Prints what a role may do.",
            List.of(),
            List.of("kelsonctl role get readers")),
        (flags, session) -> {
          String name = one(flags, "role get command requires role name as its argument");
          Printer printer = printer(session);
          printer.reply(reply(name, session.client().auth().roleGet(name)));
        });
  }

  static Command list() {
    return new Verb(
        new Command.Form(
            List.of("role", "list"),
            "",
            "Lists the roles.",
            List.of(),
            List.of("kelsonctl role list")),
        (flags, session) -> {
          if (!flags.arguments().isEmpty()) {
            throw CliException.badArgs("role list command requires no arguments");
          }
          Printer printer = printer(session);
          RoleList roles = session.client().auth().roleList();
          printer.reply(
              new Reply(
                  AuthRoleListResponse.newBuilder()
                      .setHeader(Messages.header(roles.header()))
                      .addAllRoles(roles.roles())
                      .build(),
                  roles.roles().stream().map(role -> role + "\n").collect(Collectors.joining()),
                  fields -> {
                    fields.header(roles.header());
                    fields.field(
                        "Roles",
                        roles.roles().stream()
                            .map(GoText::quoted)
                            .collect(Collectors.joining(" ")));
                  },
                  null));
        });
  }

  static Command grantPermission() {
    return new Verb(
        new Command.Form(
            List.of("role", "grant-permission"),
            "<role> <read|write|readwrite> <key> [range_end]",
            "Lets a role read or write a key or the range of keys [key, range_end).",
            RANGE_FLAGS,
            List.of(
                "kelsonctl role grant-permission readers read --prefix app/",
                "kelsonctl role grant-permission root readwrite --prefix \"\"    everything")),
        RoleCommands::grantPermission);
  }

  private static void grantPermission(Flags flags, Session session) {
    List<String> arguments = flags.arguments();
    if (arguments.size() < 3) {
      throw CliException.badArgs(
          "role grant command requires role name, permission type, and key [endkey] as its"
              + " argument");
    }
    Permission.Type type =
        switch (arguments.get(1).toUpperCase(Locale.ROOT)) {
          case "READ" -> Permission.Type.READ;
          case "WRITE" -> Permission.Type.WRITE;
          case "READWRITE" -> Permission.Type.READWRITE;
          default ->
              throw CliException.badArgs(
                  "invalid permission type: " + ByteText.readable(arguments.get(1)));
        };
    KeyRange range = range(flags, arguments.subList(2, arguments.size()));
    Printer printer = printer(session);
    String role = ByteText.readable(arguments.get(0));
    Header header =
        session
            .client()
            .auth()
            .roleGrantPermission(role, new Permission(type, range.key(), range.rangeEnd()));
    printer.reply(
        Reply.headerOnly(
            AuthRoleGrantPermissionResponse.newBuilder().setHeader(Messages.header(header)).build(),
            header,
            "Role " + role + " updated\n"));
  }

  static Command revokePermission() {
    return new Verb(
        new Command.Form(
            List.of("role", "revoke-permission"),
            "<role> <key> [range_end]",
            "Takes from a role what it may do with a range, which must be one that was granted.",
            RANGE_FLAGS,
            List.of("kelsonctl role revoke-permission readers --prefix app/")),
        RoleCommands::revokePermission);
  }

  private static void revokePermission(Flags flags, Session session) {
    List<String> arguments = flags.arguments();
    if (arguments.size() < 2) {
      throw CliException.badArgs(
          "role revoke-permission command requires role name and key [endkey] as its argument");
    }
    KeyRange range = range(flags, arguments.subList(1, arguments.size()));
    Printer printer = printer(session);
    String role = ByteText.readable(arguments.get(0));
    Header header =
        session.client().auth().roleRevokePermission(role, range.key(), range.rangeEnd());
    printer.reply(
        Reply.headerOnly(
            AuthRoleRevokePermissionResponse.newBuilder()
                .setHeader(Messages.header(header))
                .build(),
            header,
            "Permission of " + described(range) + " is revoked from role " + role + "\n"));
  }

  private static String described(KeyRange range) {
    return range.rangeEnd().isEmpty()
        ? "key " + range.key().utf8()
        : "range " + interval(range.key(), range.rangeEnd());
  }

  private static String interval(Bytes key, Bytes end) {
    return "[" + key.utf8() + (end.equals(Bytes.ZERO) ? ", <open ended>" : ", " + end.utf8() + ")");
  }

  private static KeyRange range(Flags flags, List<String> arguments) {
    boolean prefix = flags.isSet("prefix");
    boolean fromKey = flags.isSet("from-key");
    Bytes key = ByteText.bytes(arguments.get(0));
    if (key.isEmpty() || arguments.size() == 1) {
      if (prefix && fromKey) {
        throw CliException.badArgs("--from-key and --prefix flags are mutually exclusive");
      }
      if (key.isEmpty()) {
        return new KeyRange(Bytes.ZERO, prefix || fromKey ? Bytes.ZERO : Bytes.EMPTY);
      }
      return new KeyRange(key, prefix ? key.prefixEnd() : fromKey ? Bytes.ZERO : Bytes.EMPTY);
    }
    if (prefix || fromKey) {
      throw CliException.badArgs(
          "unexpected endkey argument with --" + (prefix ? "prefix" : "from-key") + " flag");
    }
    return new KeyRange(key, ByteText.bytes(arguments.get(1)));
  }

  /** What a role may do, in all formats. */
  static Reply reply(String name, RoleInfo role) {
    AuthRoleGetResponse.Builder message =
        AuthRoleGetResponse.newBuilder().setHeader(Messages.header(role.header()));
    for (Permission permission : role.permissions()) {
      message.addPerm(
          io.kelson.api.auth.Permission.newBuilder()
              .setPermTypeValue(permission.type().ordinal())
              .setKey(Messages.bytes(permission.key()))
              .setRangeEnd(Messages.bytes(permission.rangeEnd())));
    }
    return new Reply(
        message.build(),
        text(name, role),
        fields -> {
          fields.header(role.header());
          for (Permission permission : role.permissions()) {
            // Two blanks, as etcdctl has it.
            fields.field("PermType", " " + permission.type());
            fields.field("Key", GoText.quoted(permission.key()));
            fields.field("RangeEnd", GoText.quoted(permission.rangeEnd()));
          }
        },
        null);
  }

  private static String text(String name, RoleInfo role) {
    StringBuilder text = new StringBuilder("Role " + name + "\n");
    boolean isRoot = name.equals("root") && role.permissions().isEmpty();
    for (Permission.Type kind : List.of(Permission.Type.READ, Permission.Type.WRITE)) {
      text.append(kind == Permission.Type.READ ? "KV Read:\n" : "KV Write:\n");
      if (isRoot) {
        text.append("\t[, <open ended>\n");
      }
      for (Permission permission : role.permissions()) {
        if (permission.type() == kind || permission.type() == Permission.Type.READWRITE) {
          text.append('\t').append(line(permission)).append('\n');
        }
      }
    }
    return text.toString();
  }

  private static String line(Permission permission) {
    Bytes key = permission.key();
    Bytes end = permission.rangeEnd();
    if (end.isEmpty()) {
      return key.utf8();
    }
    boolean isPrefix = !key.isEmpty() && key.prefixEnd().equals(end);
    return interval(key, end) + (isPrefix ? " (prefix " + key.utf8() + ")" : "");
  }

  private static Printer printer(Session session) {
    Printer printer = Printers.of(session, false);
    printer.requireReply(true);
    return printer;
  }

  private static String one(Flags flags, String refusal) {
    if (flags.arguments().size() != 1) {
      throw CliException.badArgs(refusal);
    }
    return ByteText.readable(flags.arguments().get(0));
  }
}
