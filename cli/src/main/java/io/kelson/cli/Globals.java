package io.kelson.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The flags every command has.
 *
 * @param endpoints where the cluster is
 * @param writeOut the output format
 * @param hex print keys and values as hexadecimal
 * @param dialTimeout how long to wait for a connection
 * @param commandTimeout how long a command may take
 * @param keepAliveTime how long a connection may be silent before it is pinged
 * @param keepAliveTimeout how long a ping may stay unanswered
 * @param debug say what goes on, on standard error
 * @param security how to reach servers with TLS
 * @param identity who asks
 * @param discovery where to find the endpoints instead
 */
record Globals(
    List<String> endpoints,
    String writeOut,
    boolean hex,
    Duration dialTimeout,
    Duration commandTimeout,
    Duration keepAliveTime,
    Duration keepAliveTimeout,
    boolean debug,
    Security security,
    Identity identity,
    Discovery discovery) {

  /**
   * How to reach servers with TLS.
   *
   * @param cacert who signed their certificates; empty for those the Java runtime trusts
   * @param cert the certificate to show; empty for none
   * @param key its private key
   * @param serverName the name their certificates must be for; empty for the endpoint's host
   * @param isInsecure whether any certificate is believed
   * @param isPlain whether TLS is left out where nothing asks for it
   */
  record Security(
      String cacert,
      String cert,
      String key,
      String serverName,
      boolean isInsecure,
      boolean isPlain) {}

  /**
   * Who asks. Its text form leaves secrets out.
   *
   * @param user the name, with {@code :password} behind it unless that is given beside; empty for
   *     nobody
   * @param password the password; empty to ask for it
   * @param token a token to show instead of both; empty for none
   */
  record Identity(String user, String password, String token) {
    static final Identity NOBODY = new Identity("", "", "");

    /** The name alone. */
    String name() {
      return password.isEmpty() && user.indexOf(':') > 0
          ? user.substring(0, user.indexOf(':'))
          : user;
    }

    /** The password if the command line has it; empty if it must be asked for. */
    String knownPassword() {
      return password.isEmpty() && user.indexOf(':') > 0
          ? user.substring(user.indexOf(':') + 1)
          : password;
    }

    @Override
    public String toString() {
      return "Identity[user=" + name() + ", password=(secret), token=(secret)]";
    }
  }

  /**
   * DNS instead of a list of endpoints.
   *
   * @param domain whose SRV records name them; empty for none
   * @param service the name of one of several clusters in it; empty for none
   * @param mayBePlain whether endpoints without TLS are taken
   */
  record Discovery(String domain, String service, boolean mayBePlain) {}

  /** The flags, in the order of the help text. */
  static final List<Command.Flag> FLAGS =
      List.of(
          new Command.Flag(
              "endpoints", "", "host:port,...", "where the cluster is (127.0.0.1:2379)"),
          new Command.Flag(
              "write-out",
              "w",
              "format",
              "output: simple, fields, json, protobuf or table (simple)"),
          new Command.Flag("hex", "", "", "print keys and values as hexadecimal"),
          new Command.Flag(
              "dial-timeout", "", "duration", "how long to wait for a connection (2s)"),
          new Command.Flag(
              "command-timeout",
              "",
              "duration",
              "how long a command may take, watch excepted (5s)"),
          new Command.Flag(
              "keepalive-time",
              "",
              "duration",
              "silence before a ping (10s is the least in effect) (2s)"),
          new Command.Flag(
              "keepalive-timeout", "", "duration", "how long a ping may be unanswered (6s)"),
          new Command.Flag("debug", "", "", "say on standard error what is going on"),
          new Command.Flag("cacert", "", "file", "who signed the servers' certificates, in PEM"),
          new Command.Flag("cert", "", "file", "the certificate to show to servers, in PEM"),
          new Command.Flag("key", "", "file", "its private key, in PEM"),
          new Command.Flag(
              "tls-server-name", "", "name", "whom the servers' certificates must be for"),
          new Command.Flag("insecure-skip-tls-verify", "", "", "believe any server's certificate"),
          new Command.Flag(
              "insecure-transport", "", "", "no TLS unless an endpoint or a flag asks for it"),
          new Command.Flag(
              "user",
              "",
              "name[:password]",
              "who asks; the password is asked for if it is not given"),
          new Command.Flag(
              "password", "", "password", "the password, if it is not behind the name"),
          new Command.Flag(
              "auth-jwt-token", "", "token", "a token to show instead of name and password"),
          new Command.Flag(
              "discovery-srv", "d", "domain", "find the endpoints in this domain's SRV records"),
          new Command.Flag(
              "discovery-srv-name", "", "name", "which of several clusters in the domain"),
          new Command.Flag(
              "insecure-discovery", "", "", "take endpoints without TLS from there (true)"),
          new Command.Flag("help", "h", "", "show this text"));

  private static String defaultOf(String name) {
    return switch (name) {
      case "endpoints" -> "127.0.0.1:2379";
      case "write-out" -> "simple";
      case "hex" -> "false";
      case "dial-timeout" -> "2s";
      case "command-timeout" -> "5s";
      case "keepalive-time" -> "2s";
      case "keepalive-timeout" -> "6s";
      case "debug" -> "false";
      case "insecure-skip-tls-verify" -> "false";
      case "insecure-transport", "insecure-discovery" -> "true";
      default -> "";
    };
  }

  /** Flags first, then variables, then defaults. */
  static Globals of(Flags given, Environment environment) {
    Flags flags = new Flags();
    for (Command.Flag flag : FLAGS) {
      String name = flag.name();
      flags.set(name, given.text(name, environment.flag(name).orElse(defaultOf(name))));
    }
    return new Globals(
        endpoints(flags.text("endpoints", "")),
        flags.text("write-out", ""),
        flags.isSet("hex"),
        flags.duration("dial-timeout", ""),
        flags.duration("command-timeout", ""),
        flags.duration("keepalive-time", ""),
        flags.duration("keepalive-timeout", ""),
        flags.isSet("debug"),
        new Security(
            flags.text("cacert", ""),
            flags.text("cert", ""),
            flags.text("key", ""),
            flags.text("tls-server-name", ""),
            flags.isSet("insecure-skip-tls-verify"),
            flags.isSet("insecure-transport")),
        new Identity(
            ByteText.readable(flags.text("user", "")),
            ByteText.readable(flags.text("password", "")),
            ByteText.readable(flags.text("auth-jwt-token", ""))),
        new Discovery(
            flags.text("discovery-srv", ""),
            flags.text("discovery-srv-name", ""),
            flags.isSet("insecure-discovery")));
  }

  private static List<String> endpoints(String list) {
    List<String> endpoints = new ArrayList<>();
    for (String endpoint : list.split(",")) {
      if (!endpoint.isBlank()) {
        endpoints.add(ByteText.readable(endpoint.strip()));
      }
    }
    return endpoints;
  }
}
