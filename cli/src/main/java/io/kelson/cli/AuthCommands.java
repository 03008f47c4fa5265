package io.kelson.cli;

import io.kelson.api.AuthStatusResponse;
import io.kelson.client.AuthCalls;
import io.kelson.client.AuthStatus;
import io.kelson.client.EtcdException;
import java.util.List;

/** {@code auth}: whether users are asked who they are. */
final class AuthCommands {
  private AuthCommands() {}

  static Command enable() {
    return new Verb(
        new Command.Form(
            List.of("auth", "enable"),
            "",
            "Turns authentication on; the user root must be there, and gets the role root.",
            List.of(),
            List.of(
                "kelsonctl user add root && kelsonctl auth enable",
                "kelsonctl --user=root get --prefix app/         from then on")),
        (flags, session) -> {
          requireNoArguments(flags, "enable");
          AuthCalls auth = session.client().auth();
          try {
            auth.enable();
          } catch (EtcdException e) {
            if (!e.text().equals("etcdserver: root user does not have root role")) {
              throw e;
            }
            giveRoot(auth);
            auth.enable();
          }
          session.console().line("Authentication Enabled");
        });
  }

  private static void giveRoot(AuthCalls auth) {
    try {
      auth.roleAdd("root");
    } catch (EtcdException e) {
      if (!e.text().equals("etcdserver: role name already exists")) {
        throw e;
      }
    }
    auth.userGrantRole("root", "root");
  }

  static Command disable() {
    return new Verb(
        new Command.Form(
            List.of("auth", "disable"),
            "",
            "Turns authentication off.",
            List.of(),
            List.of("kelsonctl --user=root auth disable")),
        (flags, session) -> {
          requireNoArguments(flags, "disable");
          session.client().auth().disable();
          session.console().line("Authentication Disabled");
        });
  }

  static Command status() {
    return new Verb(
        new Command.Form(
            List.of("auth", "status"),
            "",
            "Prints whether authentication is on.",
            List.of(),
            List.of("kelsonctl auth status")),
        (flags, session) -> {
          requireNoArguments(flags, "status");
          Printer printer = Printers.of(session, false);
          printer.requireReply(true);
          AuthStatus status = session.client().auth().status();
          String revision = Long.toUnsignedString(status.authRevision());
          printer.reply(
              new Reply(
                  AuthStatusResponse.newBuilder()
                      .setHeader(Messages.header(status.header()))
                      .setEnabled(status.enabled())
                      .setAuthRevision(status.authRevision())
                      .build(),
                  "Authentication Status: "
                      + status.enabled()
                      + "\nAuthRevision: "
                      + revision
                      + "\n",
                  fields -> {
                    fields.header(status.header());
                    fields.field("Enabled", status.enabled());
                    fields.field("AuthRevision", revision);
                  },
                  null));
        });
  }

  private static void requireNoArguments(Flags flags, String verb) {
    if (!flags.arguments().isEmpty()) {
      throw CliException.badArgs("auth " + verb + " command does not accept any arguments");
    }
  }
}
