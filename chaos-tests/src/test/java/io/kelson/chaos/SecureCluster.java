package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.kelson.api.StatusResponse;
import io.kelson.chaos.Certificates.Authority;
import io.kelson.chaos.Certificates.FileSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Members over mutual TLS, asked by root, who is known by certificate. For one thread. */
final class SecureCluster implements AutoCloseable {
  private final Path directory;
  private final String token;
  private final FileSet root;
  private final List<SecureNode> nodes = new CopyOnWriteArrayList<>();
  private final Thread lastResort = new Thread(this::destroyAll, "cluster-cleanup");

  /**
   * @param directory which exists
   * @param token sets it apart from other clusters
   * @param root the files of a client whose name is root
   */
  SecureCluster(Path directory, String token, FileSet root) {
    this.directory = directory;
    this.token = token;
    this.root = root;
    Runtime.getRuntime().addShutdownHook(lastResort);
  }

  /** Members with certificates and settings; none is started. */
  void found(int members, String prefix, Authority authority) {
    List<Integer> ports = Ports.free(2 * members);
    for (int i = 0; i < members; i++) {
      add(prefix + (i + 1), ports.subList(2 * i, 2 * i + 2), authority);
    }
    nodes.forEach(node -> node.configure(entries(), "new", token));
  }

  /** One more, for a cluster that runs. */
  SecureNode newcomer(String name, Authority authority) {
    SecureNode node = add(name, Ports.free(2), authority);
    node.configure(entries(), "existing", token);
    return node;
  }

  private SecureNode add(String name, List<Integer> ports, Authority authority) {
    SecureNode node = new SecureNode(TestCluster.command(), directory, name, ports);
    node.issue(authority);
    node.trust(authority);
    nodes.add(node);
    return node;
  }

  List<SecureNode> nodes() {
    return nodes;
  }

  String token() {
    return token;
  }

  /** All members as in {@code initial-cluster}. */
  String entries() {
    return nodes.stream().map(SecureNode::entry).collect(Collectors.joining(","));
  }

  void startAll() {
    nodes.forEach(node -> node.process().start());
  }

  /** Waits until all members name one leader in one term, and returns it. */
  SecureNode awaitLeader(Duration bound) {
    List<SecureClient> clients = nodes.stream().map(this::client).toList();
    try {
      return Await.value("one leader for all", bound, () -> leader(clients));
    } finally {
      clients.forEach(SecureClient::close);
    }
  }

  private Optional<SecureNode> leader(List<SecureClient> clients) {
    List<StatusResponse> answers = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      assertThat(nodes.get(i).process().endedByItself())
          .as(nodes.get(i).name() + " has ended by itself")
          .isFalse();
      clients.get(i).reconnectNow();
      try {
        answers.add(clients.get(i).status());
      } catch (StatusRuntimeException e) {
        return Optional.empty();
      }
    }
    StatusResponse first = answers.get(0);
    boolean agreed =
        first.getLeader() != 0
            && answers.stream()
                .allMatch(
                    answer ->
                        answer.getLeader() == first.getLeader()
                            && answer.getRaftTerm() == first.getRaftTerm());
    for (int i = 0; agreed && i < answers.size(); i++) {
      if (answers.get(i).getHeader().getMemberId() == first.getLeader()) {
        return Optional.of(nodes.get(i));
      }
    }
    return Optional.empty();
  }

  /** A new connection of root to a member. */
  SecureClient client(SecureNode node) {
    return SecureClient.of(node.clientPort(), root);
  }

  /** What the members printed last. */
  String logTails() {
    return nodes.stream().map(node -> node.process().logTail()).collect(Collectors.joining("\n"));
  }

  private void destroyAll() {
    nodes.forEach(node -> node.process().destroy());
  }

  /** Deletes the members' data but keeps their logs; for a closed cluster. */
  void deleteData() {
    nodes.forEach(node -> Directories.deleteTree(node.dataDir()));
  }

  @Override
  public void close() {
    destroyAll();
    try {
      Runtime.getRuntime().removeShutdownHook(lastResort);
    } catch (IllegalStateException e) {
      // The JVM is going down and the hook is running: it does the same.
    }
  }
}
