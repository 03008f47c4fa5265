package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import java.util.ArrayList;
import java.util.List;

/** The other cluster that mirror, copy and diff work with, and its flags. */
final class Destination {
  private Destination() {}

  /** Flags that say how to reach it; {@code more} come first. */
  static List<Command.Flag> flags(Command.Flag... more) {
    List<Command.Flag> flags = new ArrayList<>(List.of(more));
    flags.addAll(
        List.of(
            Command.Flag.value("dest-cacert", "file", "who signed the other servers' certificates"),
            Command.Flag.value("dest-cert", "file", "the certificate to show to them"),
            Command.Flag.value("dest-key", "file", "its private key"),
            Command.Flag.value("dest-user", "name[:password]", "who asks over there"),
            Command.Flag.value("dest-password", "password", "the password over there"),
            Command.Flag.toggle(
                "dest-insecure-transport", "no TLS unless a flag or endpoint asks (true)")));
    return flags;
  }

  /** Flags of what is copied and under which name. */
  static List<Command.Flag> copyFlags(Command.Flag... more) {
    List<Command.Flag> flags = new ArrayList<>(List.of(more));
    flags.addAll(
        List.of(
            Command.Flag.value("prefix", "prefix", "only keys that begin so; default all"),
            Command.Flag.value("dest-prefix", "prefix", "what they begin with over there instead"),
            Command.Flag.toggle("no-dest-prefix", "over there, leave the prefix out"),
            Command.Flag.value("max-txn-ops", "n", "writes in one transaction (128)")));
    return flags(flags.toArray(Command.Flag[]::new));
  }

  /** A client of the endpoints in {@code argument}. */
  static KelsonClient client(Flags flags, Session session, String argument) {
    List<String> endpoints = new ArrayList<>();
    for (String endpoint : argument.split(",")) {
      if (!endpoint.isBlank()) {
        endpoints.add(ByteText.readable(endpoint.strip()));
      }
    }
    Globals.Security security =
        new Globals.Security(
            flags.text("dest-cacert", ""),
            flags.text("dest-cert", ""),
            flags.text("dest-key", ""),
            "",
            false,
            !flags.has("dest-insecure-transport") || flags.isSet("dest-insecure-transport"));
    Globals.Identity identity =
        new Globals.Identity(
            ByteText.readable(flags.text("dest-user", "")),
            ByteText.readable(flags.text("dest-password", "")),
            "");
    return session.client(endpoints, security, identity);
  }

  /** What a key begins with over there. */
  static Bytes prefix(Flags flags) {
    if (flags.isSet("no-dest-prefix")) {
      if (flags.has("dest-prefix")) {
        throw CliException.badArgs(
            "`--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one");
      }
      return Bytes.EMPTY;
    }
    return ByteText.bytes(flags.text("dest-prefix", flags.text("prefix", "")));
  }

  static int maxTxnOps(Flags flags) {
    long ops = flags.has("max-txn-ops") ? flags.number("max-txn-ops") : 128;
    if (ops < 1 || ops > Integer.MAX_VALUE) {
      throw CliException.badArgs("max-txn-ops must be at least 1, not " + ops);
    }
    return (int) ops;
  }
}
