package io.kelson.server.config;

import static io.kelson.server.config.Setting.SWITCH;
import static io.kelson.server.config.Setting.of;

import io.kelson.server.config.ServerConfig.ClusterState;
import io.kelson.server.config.Setting.Group;
import java.util.List;
import java.util.function.BiConsumer;

/** Settings about who a member is, which cluster it belongs to, and Raft. */
final class MemberRows {
  private MemberRows() {}

  static void addTo(List<Setting> rows) {
    member(rows);
    cluster(rows);
    raft(rows);
  }

  private static void member(List<Setting> rows) {
    rows.add(
        of(Group.MEMBER, "name", "NAME", "default", "what people call this member")
            .reads(t -> t, (d, v) -> d.server.name(v))
            .build());
    rows.add(
        of(Group.MEMBER, "data-dir", "DIR", "<name>.kelson", "where its data lives, mode 0700")
            .reads(Texts::path, (d, v) -> d.server.dataDir(v))
            .build());
    rows.add(
        urls(
            Group.MEMBER,
            "listen-client-urls",
            "http://localhost:2379",
            "where clients are accepted",
            (d, v) -> d.server.listenClientUrls(v)));
    rows.add(
        urls(
            Group.MEMBER,
            "advertise-client-urls",
            "http://localhost:2379",
            "where clients find this member; required if --listen-client-urls is set",
            (d, v) -> d.server.advertiseClientUrls(v)));
    rows.add(
        urls(
            Group.MEMBER,
            "listen-peer-urls",
            "http://localhost:2380",
            "where members are accepted",
            (d, v) -> d.server.listenPeerUrls(v)));
  }

  private static void cluster(List<Setting> rows) {
    rows.add(
        urls(
            Group.CLUSTER,
            "initial-advertise-peer-urls",
            "http://localhost:2380",
            "where members find this one",
            (d, v) -> d.server.initialAdvertisePeerUrls(v)));
    rows.add(
        of(
                Group.CLUSTER,
                "initial-cluster",
                "NAME=URL,...",
                "",
                "every member of a new cluster; only this member if not said")
            .reads(
                t -> t,
                (d, v) -> {
                  if (!v.isEmpty()) {
                    d.server.initialCluster(InitialCluster.parse(v));
                  }
                })
            .build());
    rows.add(
        of(
                Group.CLUSTER,
                "initial-cluster-state",
                "new|existing",
                "new",
                "existing: the cluster runs, and knows this member or has been told of it")
            .reads(Texts.oneOf(ClusterState.class), (d, v) -> d.server.initialClusterState(v))
            .build());
    rows.add(
        of(
                Group.CLUSTER,
                "initial-cluster-token",
                "TOKEN",
                "etcd-cluster",
                "sets clusters with the same URLs apart")
            .reads(t -> t, (d, v) -> d.server.initialClusterToken(v))
            .build());
    rows.add(
        of(
                Group.CLUSTER,
                "discovery-srv",
                "DOMAIN",
                "",
                "DNS domain whose SRV records name the members, instead of --initial-cluster")
            .reads(t -> t, (d, v) -> d.discoverySrv = v)
            .build());
    rows.add(
        of(
                Group.CLUSTER,
                "discovery-srv-name",
                "SUFFIX",
                "",
                "added to the service's name in those records")
            .reads(t -> t, (d, v) -> d.discoverySrvName = v)
            .build());
    rows.add(
        of(
                Group.CLUSTER,
                "strict-reconfig-check",
                SWITCH,
                "true",
                "refuse changes of members that would cost the majority")
            .reads(Texts::yesOrNo, (d, v) -> d.strictReconfigCheck = v)
            .build());
    Setting.Builder learners =
        of(Group.CLUSTER, "max-learners", "COUNT", "1", "learners there may be at a time")
            .tooSmall("members are added one after the other")
            .tooLarge("a leader that sends its whole state to many at once")
            .reads(Texts::wholeNumber, (d, v) -> d.maxLearners = v);
    rows.add(learners.build());
    rows.add(learners.oldName("experimental-max-learners"));
    rows.add(
        of(
                Group.CLUSTER,
                "force-new-cluster",
                SWITCH,
                "false",
                "start as the only member of a new cluster that holds this data; the last resort "
                    + "when the majority is lost for good")
            .reads(Texts::yesOrNo, (d, v) -> d.forceNewCluster = v)
            .build());
  }

  private static void raft(List<Setting> rows) {
    rows.add(
        of(
                Group.RAFT,
                "heartbeat-interval",
                "MS",
                "100",
                "how often a leader makes itself heard, in milliseconds")
            .tooSmall("idle members keep processor and network busy")
            .tooLarge("a dead leader is noticed late")
            .reads(Texts::wholeNumber, (d, v) -> d.server.heartbeatIntervalMillis(v))
            .build());
    rows.add(
        of(
                Group.RAFT,
                "election-timeout",
                "MS",
                "1000",
                "how long a follower waits for it, in milliseconds; at least five heartbeats, at "
                    + "most 50000")
            .tooSmall("an election on every pause of garbage collector or disk")
            .tooLarge("writes stand still for longer after a leader's death")
            .reads(Texts::wholeNumber, (d, v) -> d.server.electionTimeoutMillis(v))
            .build());
    rows.add(
        of(
                Group.RAFT,
                "read-lease",
                SWITCH,
                "false",
                "a leader answers reads without asking the others while clocks say that none of them "
                    + "can lead; stale reads if they drift more than the next flag says; the same for "
                    + "all members")
            .own()
            .reads(Texts::yesOrNo, (d, v) -> d.server.readLease(v))
            .build());
    rows.add(
        of(
                Group.RAFT,
                "read-lease-max-clock-drift-percent",
                "PERCENT",
                "10",
                "by how much the slowest clock of all members may lag behind the fastest, 1 to 50")
            .tooSmall("stale reads where clocks are worse")
            .tooLarge("shorter leases, and reads that ask after all")
            .own()
            .reads(Texts::wholeNumber, (d, v) -> d.server.readLeaseMaxClockDriftPercent(v))
            .build());
    rows.add(
        of(
                Group.RAFT,
                "snapshot-count",
                "ENTRIES",
                "10000",
                "entries after which the log may be cut")
            .tooSmall("followers that were away need the whole state instead of a few entries")
            .tooLarge("a long log to keep and replay")
            .reads(Texts::largeNumber, (d, v) -> d.server.snapshotCount(v))
            .build());
    Setting.Builder kept =
        of(
                Group.RAFT,
                "snapshot-catchup-entries",
                "ENTRIES",
                "5000",
                "applied entries that stay in the log for members that lag a little")
            .tooSmall("a member that was away for a moment gets the whole state")
            .tooLarge("a longer log on disk")
            .reads(Texts::largeNumber, (d, v) -> d.snapshotCatchUpEntries = v);
    rows.add(kept.build());
    rows.add(kept.oldName("experimental-snapshot-catchup-entries"));
    rows.add(
        of(
                Group.RAFT,
                "snapshot-transfer-bytes-per-second",
                "BYTES",
                "8388608",
                "the most that a snapshot on its way to another member takes of the network; 0: no "
                    + "bound")
            .tooSmall("the log grows faster than the member catches up")
            .tooLarge("clients feel it")
            .own()
            .reads(Texts::largeNumber, (d, v) -> d.snapshotBytesPerSecond = v)
            .build());
  }

  static Setting urls(
      Group group,
      String name,
      String defaultText,
      String help,
      BiConsumer<Draft, List<String>> setter) {
    return of(group, name, "URLS", defaultText, help)
        .reads(t -> UrlList.parse("--" + name, t), setter)
        .build();
  }
}
