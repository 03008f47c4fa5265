package io.kelson.server.config;

import static io.kelson.server.config.Setting.SWITCH;
import static io.kelson.server.config.Setting.TIME;
import static io.kelson.server.config.Setting.refused;
import static io.kelson.server.config.Setting.withoutEffect;

import io.kelson.server.config.Setting.Group;
import java.util.List;

/**
 * etcd's settings that change nothing here, and those that are not taken.
 *
 * <p>A manifest for etcd shall start unchanged, so what could only tune a part that Kelson does not
 * have is taken with a warning. What promises something is refused: nobody shall believe in it.
 */
final class EtcdRows {
  private static final String NO_V2 = "there is no v2 API";
  private static final String NO_TRACING = "traces are not sent";
  private static final String NO_DISCOVERY =
      "there is no discovery service; list the members in --initial-cluster, or in DNS with "
          + "--discovery-srv";

  private EtcdRows() {}

  static void addTo(List<Setting> rows) {
    tuning(rows);
    meaning(rows);
    discovery(rows);
    tracing(rows);
    old(rows);
  }

  private static void tuning(List<Setting> rows) {
    add(rows, Group.RAFT, "initial-election-tick-advance", SWITCH, "no start waits for a leader");
    add(rows, Group.RAFT, "raft-read-timeout", TIME, "peers are watched by heartbeats");
    add(rows, Group.RAFT, "raft-write-timeout", TIME, "peers are watched by heartbeats");
    add(rows, Group.RAFT, "max-wals", "COUNT", "the log keeps what it needs and no more");
    add(rows, Group.RAFT, "max-snapshots", "COUNT", "there is one state, not a row of snapshots");
    addBoth(
        rows, Group.RAFT, "wait-cluster-ready-timeout", TIME, "the port answers from the start");
    String noBolt = "the store is not bbolt";
    addBoth(rows, Group.STORAGE, "backend-bbolt-freelist-type", "TYPE", noBolt);
    add(rows, Group.STORAGE, "backend-batch-interval", TIME, noBolt);
    add(rows, Group.STORAGE, "backend-batch-limit", "COUNT", noBolt);
    addBoth(
        rows,
        Group.STORAGE,
        "bootstrap-defrag-threshold-megabytes",
        "MB",
        "there is nothing to defragment");
    addBoth(
        rows,
        Group.STORAGE,
        "compaction-batch-limit",
        "COUNT",
        "compaction finds its own pace in the background");
    addBoth(
        rows,
        Group.STORAGE,
        "compaction-sleep-interval",
        TIME,
        "compaction finds its own pace in the background");
    addBoth(rows, Group.CHECKS, "downgrade-check-time", TIME, "there is no version to go back to");
    add(
        rows,
        Group.CLIENT_TLS,
        "client-cert-file",
        "FILE",
        "no part of the member calls its own client port");
    add(
        rows,
        Group.CLIENT_TLS,
        "client-key-file",
        "FILE",
        "no part of the member calls its own client port");
    add(rows, Group.LOG, "log-rotation-config-json", "JSON", "log files are not rotated");
    add(rows, Group.LOG, "log-package-levels", "LEVELS", "--log-level is for all");
    for (String gate :
        List.of(
            "enable-lease-checkpoint",
            "enable-lease-checkpoint-persist",
            "stop-grpc-service-on-defrag",
            "txn-mode-write-with-shared-buffer")) {
      rows.add(
          withoutEffect(
                  Group.CHECKS,
                  "experimental-" + gate,
                  SWITCH,
                  gate.contains("lease")
                      ? "leases keep their remaining time without it"
                      : "what it is about is not there")
              .build());
    }
  }

  private static void meaning(List<Setting> rows) {
    refuse(
        rows,
        Group.RAFT,
        "pre-vote",
        SWITCH,
        "members always ask before they stand for election; write true or leave it out",
        "true");
    refuse(
        rows,
        Group.STORAGE,
        "wal-dir",
        "DIR",
        "the log lives in log/ below --data-dir; mount a disk of its own there",
        "");
    refuse(
        rows,
        Group.STORAGE,
        "unsafe-no-fsync",
        SWITCH,
        "an acknowledged write is always on the disk",
        "false");
    Setting.Builder lock =
        refused(
            Group.STORAGE,
            "memory-mlock",
            SWITCH,
            "memory is not locked; switch swap off instead",
            "false");
    rows.add(lock.build());
    rows.add(lock.oldName("experimental-memory-mlock"));
    refuse(
        rows,
        Group.PEER_TLS,
        "peer-client-cert-file",
        "FILE",
        "members show --peer-cert-file in both directions",
        "");
    refuse(
        rows,
        Group.PEER_TLS,
        "peer-client-key-file",
        "FILE",
        "members show --peer-cert-file in both directions",
        "");
    refuse(
        rows,
        Group.LIMITS,
        "socket-reuse-port",
        SWITCH,
        "a port in use is refused, so that two servers never share one",
        "false");
    rows.add(
        withoutEffect(Group.LIMITS, "socket-reuse-address", SWITCH, "the address is always reused")
            .build());
    refuse(
        rows,
        Group.HTTP,
        "enable-pprof",
        SWITCH,
        "profiles are not served; use jcmd and Java Flight Recorder on the process",
        "false");
    refuse(
        rows,
        Group.LOG,
        "logger",
        "NAME",
        "--log-format says what lines look like; write zap or leave it out",
        "zap",
        "");
    refuse(
        rows,
        Group.LOG,
        "enable-log-rotation",
        SWITCH,
        "log files are not rotated; log to stderr and let the supervisor do it",
        "false");
    refuse(
        rows,
        Group.RAFT,
        "experimental-set-member-localaddr",
        SWITCH,
        "the system chooses the address that peers are called from",
        "false");
    rows.add(
        refused(Group.LOG, "debug", SWITCH, "write --log-level=debug", "false")
            .replacedBy("--log-level=debug")
            .build());
  }

  private static void discovery(List<Setting> rows) {
    refuse(rows, Group.CLUSTER, "discovery", "URL", NO_DISCOVERY, "");
    add(rows, Group.CLUSTER, "discovery-fallback", "exit|proxy", NO_V2);
    refuse(rows, Group.CLUSTER, "discovery-proxy", "URL", NO_DISCOVERY, "");
    refuse(rows, Group.CLUSTER, "discovery-token", "TOKEN", NO_DISCOVERY, "");
    refuse(rows, Group.CLUSTER, "discovery-endpoints", "URLS", NO_DISCOVERY, "");
    for (String name :
        List.of("dial-timeout", "request-timeout", "keepalive-time", "keepalive-timeout")) {
      add(rows, Group.CLUSTER, "discovery-" + name, TIME, "there is no discovery service");
    }
    for (String name : List.of("insecure-transport", "insecure-skip-tls-verify")) {
      add(rows, Group.CLUSTER, "discovery-" + name, SWITCH, "there is no discovery service");
    }
    for (String name : List.of("cert", "key", "cacert", "user", "password")) {
      rows.add(
          refused(Group.CLUSTER, "discovery-" + name, "VALUE", NO_DISCOVERY, "").secret().build());
    }
  }

  private static void tracing(List<Setting> rows) {
    Setting.Builder on =
        refused(Group.HTTP, "enable-distributed-tracing", SWITCH, NO_TRACING, "false");
    rows.add(on.build());
    rows.add(on.oldName("experimental-enable-distributed-tracing"));
    for (String name : List.of("address", "service-name", "instance-id", "sampling-rate")) {
      addBoth(rows, Group.HTTP, "distributed-tracing-" + name, "VALUE", NO_TRACING);
    }
  }

  private static void old(List<Setting> rows) {
    refuse(rows, Group.HTTP, "enable-v2", SWITCH, NO_V2, "false");
    refuse(rows, Group.HTTP, "experimental-enable-v2v3", "PREFIX", NO_V2, "");
    add(rows, Group.HTTP, "v2-deprecation", "PHASE", NO_V2);
    refuse(rows, Group.HTTP, "proxy", "off", "there is no proxy; use kelson server", "off", "");
    for (String name :
        List.of(
            "failure-wait", "refresh-interval", "dial-timeout", "write-timeout", "read-timeout")) {
      add(rows, Group.HTTP, "proxy-" + name, "MS", "there is no proxy");
    }
  }

  private static void add(List<Setting> rows, Group group, String name, String label, String why) {
    rows.add(withoutEffect(group, name, label, why).build());
  }

  /** Under its name of today and the one it had while it was an experiment. */
  private static void addBoth(
      List<Setting> rows, Group group, String name, String label, String why) {
    Setting.Builder row = withoutEffect(group, name, label, why);
    rows.add(row.build());
    rows.add(row.oldName("experimental-" + name));
  }

  private static void refuse(
      List<Setting> rows, Group group, String name, String label, String why, String... harmless) {
    rows.add(refused(group, name, label, why, harmless).build());
  }
}
