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
 */
record Globals(
    List<String> endpoints,
    String writeOut,
    boolean hex,
    Duration dialTimeout,
    Duration commandTimeout,
    Duration keepAliveTime,
    Duration keepAliveTimeout,
    boolean debug) {

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
          new String[] {"debug", "false", "", "say on standard error what is going on"});

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
        flags.isSet("debug"));
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
