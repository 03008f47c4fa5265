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
    Security security) {

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
      case "insecure-transport" -> "true";
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
            flags.isSet("insecure-transport")));
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
