package io.kelson.cli;

import com.google.protobuf.Message;
import io.kelson.api.MemberAddResponse;
import io.kelson.api.MemberPromoteResponse;
import io.kelson.api.MemberRemoveResponse;
import io.kelson.api.MemberUpdateResponse;
import io.kelson.client.Header;
import io.kelson.client.Member;
import io.kelson.client.MemberAdded;
import io.kelson.client.MemberList;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;

/** The commands that change who belongs to the cluster. */
final class MemberCommands {
  private static final Command.Flag PEER_URLS =
      Command.Flag.value("peer-urls", "url,...", "where its peers reach it");

  private MemberCommands() {}

  static Command add() {
    return new Verb(
        new Command.Form(
            List.of("member", "add"),
            "<name>",
            "Adds a member to the cluster; prints what it is to be started with.",
            List.of(
                PEER_URLS, Command.Flag.toggle("learner", "without a vote until it is promoted")),
            List.of(
                "kelsonctl member add m4 --peer-urls=http://10.0.0.4:2380 --learner",
                "kelsonctl member promote 8e9e05c52164694d    when it has caught up")),
        MemberCommands::add);
  }

  private static void add(Flags flags, Session session) {
    if (flags.arguments().isEmpty()) {
      throw CliException.badArgs("member name not provided");
    }
    if (flags.arguments().size() > 1) {
      throw CliException.badArgs(
          "too many arguments"
              + (flags.arguments().stream().anyMatch(word -> word.startsWith("http"))
                  ? ", did you mean --peer-urls=" + flags.arguments().get(1)
                  : ""));
    }
    List<String> urls = peerUrls(flags);
    Printer printer = printer(session);
    String name = ByteText.readable(flags.arguments().get(0));
    MemberAdded added = session.client().cluster().memberAdd(urls, flags.isSet("learner"));
    String text =
        "Member "
            + padded(added.member().id())
            + " added to cluster "
            + padded(added.header().clusterId())
            + "\n\n"
            + settings(name, urls, added);
    printer.reply(
        Reply.withoutFields(
            MemberAddResponse.newBuilder()
                .setHeader(Messages.header(added.header()))
                .setMember(Messages.member(added.member()))
                .addAllMembers(Messages.members(added.members()))
                .build(),
            text));
  }

  private static String settings(String name, List<String> urls, MemberAdded added) {
    List<String> cluster = new ArrayList<>();
    for (Member member : added.members()) {
      String its = member.id() == added.member().id() ? name : member.name();
      member.peerUrls().forEach(url -> cluster.add(its + "=" + url));
    }
    return "ETCD_NAME="
        + GoText.quoted(name)
        + "\nETCD_INITIAL_CLUSTER="
        + GoText.quoted(String.join(",", cluster))
        + "\nETCD_INITIAL_ADVERTISE_PEER_URLS="
        + GoText.quoted(String.join(",", urls))
        + "\nETCD_INITIAL_CLUSTER_STATE=\"existing\"\n";
  }

  static Command remove() {
    return new Verb(
        new Command.Form(
            List.of("member", "remove"),
            "<id>",
            "Removes a member; it ends, and its id can never be used again.",
            List.of(),
            List.of("kelsonctl member remove 8e9e05c52164694d")),
        (flags, session) -> {
          long id = id(flags);
          Printer printer = printer(session);
          MemberList left = session.client().cluster().memberRemove(id);
          printer.reply(
              Reply.withoutFields(
                  MemberRemoveResponse.newBuilder()
                      .setHeader(Messages.header(left.header()))
                      .addAllMembers(Messages.members(left.members()))
                      .build(),
                  line(id, "removed from", left.header())));
        });
  }

  static Command update() {
    return new Verb(
        new Command.Form(
            List.of("member", "update"),
            "<id>",
            "Changes where a member's peers reach it.",
            List.of(PEER_URLS),
            List.of("kelsonctl member update 8e9e05c52164694d --peer-urls=http://10.0.0.9:2380")),
        (flags, session) -> {
          long id = id(flags);
          List<String> urls = peerUrls(flags);
          Printer printer = printer(session);
          MemberList members = session.client().cluster().memberUpdate(id, urls);
          printer.reply(
              Reply.withoutFields(
                  MemberUpdateResponse.newBuilder()
                      .setHeader(Messages.header(members.header()))
                      .addAllMembers(Messages.members(members.members()))
                      .build(),
                  line(id, "updated in", members.header())));
        });
  }

  static Command promote() {
    return new Verb(
        new Command.Form(
            List.of("member", "promote"),
            "<id>",
            "Gives a learner its vote.",
            List.of(),
            List.of("kelsonctl member promote 8e9e05c52164694d")),
        (flags, session) -> {
          long id = id(flags);
          Printer printer = printer(session);
          MemberList members = session.client().cluster().memberPromote(id);
          Message message =
              MemberPromoteResponse.newBuilder()
                  .setHeader(Messages.header(members.header()))
                  .addAllMembers(Messages.members(members.members()))
                  .build();
          printer.reply(Reply.withoutFields(message, line(id, "promoted in", members.header())));
        });
  }

  private static String line(long id, String what, Header header) {
    return "Member " + padded(id) + " " + what + " cluster " + padded(header.clusterId()) + "\n";
  }

  private static String padded(long id) {
    String digits = Long.toHexString(id);
    return " ".repeat(16 - digits.length()) + digits;
  }

  private static Printer printer(Session session) {
    Printer printer = Printers.of(session, false);
    printer.requireReply(false);
    return printer;
  }

  private static long id(Flags flags) {
    if (flags.arguments().size() != 1) {
      throw CliException.badArgs("member ID is not provided");
    }
    try {
      return GoText.parseUnsignedHex(flags.arguments().get(0));
    } catch (IllegalArgumentException e) {
      throw CliException.badArgs("bad member ID arg (" + e.getMessage() + "), expecting ID in Hex");
    }
  }

  private static List<String> peerUrls(Flags flags) {
    String list = ByteText.readable(flags.text("peer-urls", ""));
    if (list.isEmpty()) {
      throw CliException.badArgs("member peer urls not provided");
    }
    List<String> urls = List.of(list.split(","));
    urls.forEach(MemberCommands::requireUrl);
    return urls;
  }

  /** What etcd's client would not send either. */
  private static void requireUrl(String text) {
    String problem = null;
    try {
      URI url = new URI(text.strip());
      String scheme = url.getScheme() == null ? "" : url.getScheme();
      if (scheme.equals("http") || scheme.equals("https")) {
        String authority = url.getRawAuthority() == null ? "" : url.getRawAuthority();
        if (!authority.matches(".*:[0-9]*")) {
          problem = "URL address does not have the form \"host:port\": ";
        } else if (!url.getRawPath().isEmpty()) {
          problem = "URL must not contain a path: ";
        }
      } else if (!scheme.equals("unix") && !scheme.equals("unixs")) {
        problem = "URL scheme must be http, https, unix, or unixs: ";
      }
    } catch (URISyntaxException e) {
      problem = "cannot be read as a URL (" + e.getReason() + "): ";
    }
    if (problem != null) {
      throw new CliException(ExitCode.ERROR, problem + text);
    }
  }
}
