package io.kelson.server.config;

/** The text of {@code kelson server --help}. */
final class ServerHelp {
  private static final String TEXT =
      """
      Usage: kelson server [flags]

      Runs one Kelson member. Without flags: a cluster of one, clients on localhost:2379.
      Flags carry etcd's names; each can also be set as KELSON_<FLAG> or ETCD_<FLAG>, for example
      KELSON_DATA_DIR. A flag wins over KELSON_, KELSON_ wins over ETCD_.

      Member
        --name NAME                          what people call this member (default)
        --data-dir DIR                       where its data lives, mode 0700 (<name>.kelson)
        --listen-client-urls URLS            where clients are accepted (http://localhost:2379)
        --advertise-client-urls URLS         where clients find this member; required if
                                             --listen-client-urls is set (http://localhost:2379)
        --listen-peer-urls URLS              where members are accepted (http://localhost:2380)

      Cluster
        --initial-advertise-peer-urls URLS   where members find this one (http://localhost:2380)
        --initial-cluster NAME=URL,...       every member of a new cluster (only this member)
        --initial-cluster-state new|existing existing: the data directory must hold a member (new)
        --initial-cluster-token TOKEN        sets clusters with the same URLs apart (etcd-cluster)

      Raft
        --heartbeat-interval MS              how often a leader makes itself heard (100)
        --election-timeout MS                how long a follower waits for it; at least five
                                             heartbeats, at most 50000 (1000)
        --read-lease                         a leader answers reads without asking the others
                                             while clocks say that none of them can lead; stale
                                             reads if they drift more than the next flag says; the
                                             same for all members (false)
        --read-lease-max-clock-drift-percent PERCENT
                                             by how much the slowest clock of all members may lag
                                             behind the fastest, 1 to 50 (10)
        --snapshot-count ENTRIES             entries after which the log may be cut (10000)

      Limits
        --max-request-bytes BYTES            largest request, 1024 to 33554432 (1572864)
        --max-txn-ops COUNT                  most operations in one transaction (128)

      Other
        --log-level LEVEL                    debug, info, warn or error (info)
        --version, -v                        print versions and exit
        --help, -h                           print this and exit

      Examples
        One member for development:
          kelson server --data-dir /tmp/kelson

        One of three:
          kelson server --name a --data-dir /var/lib/kelson \\
            --listen-client-urls http://10.0.0.1:2379 --advertise-client-urls http://10.0.0.1:2379 \\
            --listen-peer-urls http://10.0.0.1:2380 \\
            --initial-advertise-peer-urls http://10.0.0.1:2380 \\
            --initial-cluster a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,c=http://10.0.0.3:2380
      """;

  private ServerHelp() {}

  static String text() {
    return TEXT.stripTrailing();
  }
}
