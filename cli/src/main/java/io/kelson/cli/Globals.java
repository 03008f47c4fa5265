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

  /** Names, defaults and meanings, in the order of the help text. */
  static final List<String[]> ALL =
      List.of(
          new String[] {"endpoints", "127.0.0.1:2379", "host:port,...", "where the cluster is"},
          new String[] {
            "write-out", "simple", "format", "output: simple, fields, json, protobuf or table"
          },
          new String[] {"hex", "false", "", "print keys and values as hexadecimal"},
          new String[] {"dial-timeout", "2s", "duration", "how long to wait for a connection"},
          new String[] {
            "command-timeout", "5s", "duration", "how long a command may take, watch excepted"
          },
          new String[] {
            "keepalive-time", "2s", "duration", "silence before a ping (10s is the least in effect)"
          },
          new String[] {"keepalive-timeout", "6s", "duration", "how long a ping may be unanswered"},
          new String[] {"debug", "false", "", "say on standard error what is going on"},
          new String[] {"cacert", "", "file", "who signed the servers' certificates, in PEM"},
          new String[] {"cert", "", "file", "the certificate to show to servers, in PEM"},
          new String[] {"key", "", "file", "its private key, in PEM"},
          new String[] {
            "tls-server-name", "", "name", "whom the servers' certificates must be for"
          },
          new String[] {
            "insecure-skip-tls-verify", "false", "", "believe any server's certificate"
          },
          new String[] {
            "insecure-transport", "true", "", "no TLS unless an endpoint or a flag asks for it"
          });

  /** Flags first, then variables, then defaults. */
  static Globals of(Flags given, Environment environment) {
    Flags flags = new Flags();
    for (String[] flag : ALL) {
      String otherwise = environment.flag(flag[0]).orElse(flag[1]);
      flags.set(flag[0], given.text(flag[0], otherwise));
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
