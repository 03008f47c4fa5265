package io.kelson.chaos.cluster;

import java.util.List;
import java.util.Optional;

/**
 * Drops and counts packets where they enter a member's network namespace, with the iptables of this
 * machine. A namespace is new whenever its member starts, so the rules are laid down again then.
 *
 * <p>Only peers' packets are touched: what clients send comes from elsewhere. For one thread.
 */
final class PacketFilter {
  private final List<String> addresses;
  private final boolean[][] blocked;

  /** What passed in namespaces that are gone. */
  private final long[][] before;

  /** What passed in the present namespace when it was last looked at. */
  private final long[][] seen;

  PacketFilter(List<String> addresses) {
    this.addresses = List.copyOf(addresses);
    int size = addresses.size();
    this.blocked = new boolean[size][size];
    this.before = new long[size][size];
    this.seen = new long[size][size];
  }

  /** Why it cannot be used here. */
  static Optional<String> missing() {
    if (!Commands.run("sh", "-c", "command -v iptables && command -v nsenter").ok()) {
      return Optional.of("there is no iptables or no nsenter: install iptables and util-linux");
    }
    return Commands.run("iptables", "-L", "-n").ok()
        ? Optional.empty()
        : Optional.of("iptables does not work here: it takes root and a kernel with netfilter");
  }

  /** Says what happens to packets from one member to another, from the next {@link #apply} on. */
  void block(int from, int to, boolean drop) {
    blocked[from][to] = drop;
  }

  /** Lets everything pass, from the next {@link #apply} on. */
  void openAll() {
    for (boolean[] row : blocked) {
      java.util.Arrays.fill(row, false);
    }
  }

  /** Lays down the rules of a member's namespace. */
  void apply(int to, long pid) {
    for (int from = 0; from < addresses.size(); from++) {
      if (from != to) {
        before[from][to] += Math.max(seen[from][to], read(from, pid));
        seen[from][to] = 0;
      }
    }
    StringBuilder rules = new StringBuilder("*filter\n:INPUT ACCEPT [0:0]\n");
    for (int from = 0; from < addresses.size(); from++) {
      if (from != to) {
        String target = blocked[from][to] ? "DROP" : "ACCEPT";
        rules.append("-A INPUT -s ").append(addresses.get(from)).append(" -j ").append(target);
        rules.append('\n');
      }
    }
    rules.append("COMMIT\n");
    // All at once: there is no moment at which half of a partition holds.
    Commands.Result done =
        Commands.run(
            "sh",
            "-c",
            "printf '%b' '"
                + rules.toString().replace("\n", "\\n")
                + "' | nsenter -t "
                + pid
                + " -n iptables-restore");
    if (!done.ok()) {
      throw new IllegalStateException("iptables-restore failed: " + done.output());
    }
  }

  /** Bytes that have passed from one member to another, whose process is given. */
  long passed(int from, int to, long pid) {
    seen[from][to] = Math.max(seen[from][to], read(from, pid));
    return counted(from, to);
  }

  /** The same as of the last look. */
  long counted(int from, int to) {
    return before[from][to] + seen[from][to];
  }

  private long read(int from, long pid) {
    Commands.Result listed =
        Commands.run(
            "nsenter", "-t", Long.toString(pid), "-n", "iptables", "-L", "INPUT", "-v", "-x", "-n");
    return listed
        .output()
        .lines()
        .map(line -> line.strip().split("\\s+"))
        .filter(words -> words.length > 7 && words[2].equals("ACCEPT"))
        .filter(words -> words[7].equals(addresses.get(from)))
        .mapToLong(words -> Long.parseLong(words[1]))
        .sum();
  }
}
