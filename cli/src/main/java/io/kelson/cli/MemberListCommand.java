package io.kelson.cli;

import java.util.List;

/** {@code member list}. */
final class MemberListCommand implements Command {

  @Override
  public Form form() {
    return new Form(
        List.of("member", "list"),
        "",
        "Lists the members: ID, status, name, peer addresses, client addresses, is learner.",
        List.of(
            Flag.value("consistency", "l|s", "linearizable (l), or one member's own view (s); l")),
        List.of("kelsonctl member list -w table", "kelsonctl member list --consistency=s"));
  }

  @Override
  public void run(Flags flags, Session session) {
    Printer printer = Printers.of(session, false);
    boolean linearizable =
        switch (flags.text("consistency", "l")) {
          case "l" -> true;
          case "s" -> false;
          default ->
              throw CliException.badFeature(
                  "unknown consistency flag "
                      + GoText.quoted(ByteText.bytes(flags.text("consistency", ""))));
        };
    printer.members(session.client().memberList(linearizable));
  }
}
