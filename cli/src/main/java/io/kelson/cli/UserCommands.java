package io.kelson.cli;

import io.kelson.api.AuthUserAddResponse;
import io.kelson.api.AuthUserChangePasswordResponse;
import io.kelson.api.AuthUserDeleteResponse;
import io.kelson.api.AuthUserGetResponse;
import io.kelson.api.AuthUserGrantRoleResponse;
import io.kelson.api.AuthUserListResponse;
import io.kelson.api.AuthUserRevokeRoleResponse;
import io.kelson.client.AuthCalls;
import io.kelson.client.Header;
import io.kelson.client.UserInfo;
import io.kelson.client.UserList;
import java.util.List;

/** The commands on users. */
final class UserCommands {
  private static final Command.Flag INTERACTIVE =
      Command.Flag.toggle(
          "interactive", "ask for the password (true); =false reads it from standard input");

  private UserCommands() {}

  static Command add() {
    return new Verb(
        new Command.Form(
            List.of("user", "add"),
            "<name>[:password]",
            "Adds a user; without a password in the line asks for one.",
            List.of(
                INTERACTIVE,
                Command.Flag.value("new-user-password", "password", "the password"),
                Command.Flag.toggle(
                    "no-password", "a user without one, known by the name in a certificate")),
            List.of(
                "kelsonctl user add alice                                asks for the password",
                "kelsonctl user add alice --interactive=false < secret   reads it",
                "kelsonctl user add alice --no-password                  certificates only")),
        UserCommands::add);
  }

  private static void add(Flags flags, Session session) {
    String argument = one(flags, "user add command requires user name as its argument");
    Printer printer = printer(session, true);
    AuthCalls auth = session.client().auth();
    String name = argument;
    Header header;
    if (flags.isSet("no-password")) {
      header = auth.userAddWithoutPassword(name);
    } else {
      int colon = argument.indexOf(':');
      String password;
      if (flags.has("new-user-password")) {
        password = ByteText.readable(flags.text("new-user-password", ""));
      } else if (colon < 0) {
        password =
            flags.isSetUnlessOff("interactive")
                ? Passwords.asked(session, name)
                : Passwords.fromInput(session.console());
      } else {
        name = argument.substring(0, colon);
        password = argument.substring(colon + 1);
        if (name.isEmpty()) {
          throw CliException.badArgs("empty user name is not allowed");
        }
      }
      header = auth.userAdd(name, password);
    }
    AuthUserAddResponse message =
        AuthUserAddResponse.newBuilder().setHeader(Messages.header(header)).build();
    printer.reply(Reply.headerOnly(message, header, "User " + name + " created\n"));
  }

  static Command delete() {
    return new Verb(
        new Command.Form(
            List.of("user", "delete"),
            "<name>",
            "Deletes a user.",
            List.of(),
            List.of("kelsonctl user delete alice")),
        (flags, session) -> {
          String name = one(flags, "user delete command requires user name as its argument");
          Printer printer = printer(session, true);
          Header header = session.client().auth().userDelete(name);
          printer.reply(
              Reply.headerOnly(
                  AuthUserDeleteResponse.newBuilder().setHeader(Messages.header(header)).build(),
                  header,
                  "User " + name + " deleted\n"));
        });
  }

  static Command get() {
    return new Verb(
        new Command.Form(
            List.of("user", "get"),
            "<name>",
            "Prints the roles of a user.",
            List.of(Command.Flag.toggle("detail", "also print what the roles may do")),
            List.of("kelsonctl user get alice --detail")),
        UserCommands::get);
  }

  private static void get(Flags flags, Session session) {
    String name = one(flags, "user get command requires user name as its argument");
    boolean detail = flags.isSet("detail");
    Printer printer = printer(session, detail);
    AuthCalls auth = session.client().auth();
    UserInfo user = auth.userGet(name);
    if (detail) {
      session.console().line("User: " + name);
      for (String role : user.roles()) {
        session.console().print("\n");
        printer.reply(RoleCommands.reply(role, auth.roleGet(role)));
      }
      return;
    }
    StringBuilder text = new StringBuilder("User: " + name + "\nRoles:");
    user.roles().forEach(role -> text.append(' ').append(role));
    AuthUserGetResponse message =
        AuthUserGetResponse.newBuilder()
            .setHeader(Messages.header(user.header()))
            .addAllRoles(user.roles())
            .build();
    printer.reply(Reply.withoutFields(message, text.append('\n').toString()));
  }

  static Command list() {
    return new Verb(
        new Command.Form(
            List.of("user", "list"),
            "",
            "Lists the users.",
            List.of(),
            List.of("kelsonctl user list")),
        (flags, session) -> {
          if (!flags.arguments().isEmpty()) {
            throw CliException.badArgs("user list command requires no arguments");
          }
          Printer printer = printer(session, false);
          UserList users = session.client().auth().userList();
          StringBuilder text = new StringBuilder();
          users.users().forEach(user -> text.append(user).append('\n'));
          AuthUserListResponse message =
              AuthUserListResponse.newBuilder()
                  .setHeader(Messages.header(users.header()))
                  .addAllUsers(users.users())
                  .build();
          printer.reply(Reply.withoutFields(message, text.toString()));
        });
  }

  static Command passwd() {
    return new Verb(
        new Command.Form(
            List.of("user", "passwd"),
            "<name>",
            "Gives a user another password.",
            List.of(INTERACTIVE),
            List.of(
                "kelsonctl user passwd alice                                asks for it",
                "kelsonctl user passwd alice --interactive=false < secret   reads it")),
        (flags, session) -> {
          String name = one(flags, "user passwd command requires user name as its argument");
          Printer printer = printer(session, true);
          String password =
              flags.isSetUnlessOff("interactive")
                  ? Passwords.asked(session, name)
                  : Passwords.fromInput(session.console());
          Header header = session.client().auth().userChangePassword(name, password);
          printer.reply(
              Reply.headerOnly(
                  AuthUserChangePasswordResponse.newBuilder()
                      .setHeader(Messages.header(header))
                      .build(),
                  header,
                  "Password updated\n"));
        });
  }

  static Command grantRole() {
    return new Verb(
        new Command.Form(
            List.of("user", "grant-role"),
            "<name> <role>",
            "Gives a user a role.",
            List.of(),
            List.of("kelsonctl user grant-role alice readers")),
        (flags, session) -> {
          List<String> names =
              two(flags, "user grant command requires user name and role name as its argument");
          Printer printer = printer(session, true);
          Header header = session.client().auth().userGrantRole(names.get(0), names.get(1));
          printer.reply(
              Reply.headerOnly(
                  AuthUserGrantRoleResponse.newBuilder().setHeader(Messages.header(header)).build(),
                  header,
                  "Role " + names.get(1) + " is granted to user " + names.get(0) + "\n"));
        });
  }

  static Command revokeRole() {
    return new Verb(
        new Command.Form(
            List.of("user", "revoke-role"),
            "<name> <role>",
            "Takes a role from a user.",
            List.of(),
            List.of("kelsonctl user revoke-role alice readers")),
        (flags, session) -> {
          List<String> names =
              two(flags, "user revoke-role requires user name and role name as its argument");
          Printer printer = printer(session, true);
          Header header = session.client().auth().userRevokeRole(names.get(0), names.get(1));
          printer.reply(
              Reply.headerOnly(
                  AuthUserRevokeRoleResponse.newBuilder()
                      .setHeader(Messages.header(header))
                      .build(),
                  header,
                  "Role " + names.get(1) + " is revoked from user " + names.get(0) + "\n"));
        });
  }

  private static Printer printer(Session session, boolean hasFields) {
    Printer printer = Printers.of(session, false);
    printer.requireReply(hasFields);
    return printer;
  }

  private static String one(Flags flags, String refusal) {
    if (flags.arguments().size() != 1) {
      throw CliException.badArgs(refusal);
    }
    return ByteText.readable(flags.arguments().get(0));
  }

  private static List<String> two(Flags flags, String refusal) {
    if (flags.arguments().size() != 2) {
      throw CliException.badArgs(refusal);
    }
    return flags.arguments().stream().map(ByteText::readable).toList();
  }
}
