package io.kelson.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays the scenario scripts in {@code src/test/resources/scenarios} and compares their traces.
 *
 * <p>A script is a text file of commands, each starting with {@code >}; what they bring about is
 * written below each. With {@code -Dgolden.update=true} the traces are written anew, to be reviewed
 * as a diff. The commands:
 *
 * <pre>
 *   cluster 3            members 1 to 3; election timeouts are 10 ticks + own id, heartbeats every 3
 *   tick 1 10            ten ticks at member 1
 *   propose 1 a b        commands a and b in one input
 *   change 1 1,2,3 4     voters 1 to 3 and learner 4 are wanted of member 1
 *   join 4               a member without a log starts
 *   compact 1 7          member 1's state is durable up to index 7
 *   ship 1, lose 1       the oldest snapshot that member 1 was asked for arrives, or fails
 *   hold 1, late 1       the oldest one is made and stays on its way; it arrives
 *   install 2            member 2 puts a snapshot in the place of log and state
 *   read 1 7             read number 7
 *   transfer 1 2         member 1 is asked to hand over to 2
 *   persist 1            the oldest write of member 1 reaches its disk
 *   apply 1              member 1's state machine takes the oldest portion
 *   deliver 1>2 ...      what is under way on these links arrives, in order; all links if none named
 *   drop 1>2 ...         what is under way on these links is lost
 *   stabilize            everything is written, applied and delivered until all is quiet
 *   elect 1              member 1 ticks and the cluster stabilizes until it leads; untraced
 *   crash 1, start 1     unwritten batches are lost; what was applied stays
 *   status               where everybody stands
 *   log 1                the log on member 1's disk
 * </pre>
 */
class ScenarioTest {
  private static final Path SCRIPTS = Path.of("src/test/resources/scenarios");

  static Stream<Path> scripts() throws IOException {
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList().stream();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scripts")
  void traceIsAsRecorded(Path script) throws IOException {
    List<String> recorded = Files.readAllLines(script);
    List<String> played = new Player().play(recorded);
    if (Boolean.getBoolean("golden.update")) {
      Files.write(script, played);
    }
    assertThat(played).containsExactlyElementsOf(Files.readAllLines(script));
    assertThat(played).as("a script that does nothing shows nothing").hasSizeGreaterThan(10);
  }

  /** Carries out one script. */
  private static final class Player {
    private final List<String> out = new ArrayList<>();
    private TestCluster cluster;
    private TestCluster.Shipment late;

    List<String> play(List<String> script) {
      for (String line : script) {
        if (line.startsWith(">")) {
          out.add(line);
          run(line.substring(1).trim().split(" +"));
        } else if (line.startsWith("#") || line.isBlank()) {
          out.add(line);
        }
      }
      return out;
    }

    private void run(String[] words) {
      switch (words[0]) {
        case "cluster" -> {
          cluster = new TestCluster(Integer.parseInt(words[1]), TestCluster.smallConfig(), null);
          cluster.traceTo(out::add);
        }
        case "tick" -> cluster.tick(id(words), words.length > 2 ? Integer.parseInt(words[2]) : 1);
        case "propose" ->
            cluster.propose(id(words), Stream.of(words).skip(2).toArray(String[]::new));
        case "read" -> cluster.step(id(words), new Input.Read(Long.parseLong(words[2]), 0));
        case "change" ->
            cluster.change(id(words), ids(words[2]), words.length > 3 ? ids(words[3]) : List.of());
        case "join" -> cluster.join(id(words));
        case "compact" -> cluster.step(id(words), new Input.Compact(Long.parseLong(words[2])));
        case "ship" -> require(cluster.ship(id(words)), "nothing to ship");
        case "lose" -> require(cluster.lose(id(words)), "nothing to lose");
        case "hold" -> {
          late = cluster.hold(id(words));
          require(late != null, "nothing to ship");
        }
        case "late" -> {
          cluster.receive(late.to(), late.snapshot());
          late = null;
        }
        case "install" -> require(cluster.install(id(words)), "nothing to install");
        case "transfer" -> cluster.step(id(words), new Input.Transfer(Long.parseLong(words[2])));
        case "persist" -> require(cluster.persistOne(id(words)), "nothing to write");
        case "apply" -> require(cluster.applyOne(id(words)), "nothing to apply");
        case "deliver" -> require(cluster.deliver(links(words)::matches) > 0, "nothing under way");
        case "drop" -> require(cluster.drop(links(words)::matches) > 0, "nothing under way");
        case "stabilize" -> cluster.stabilize();
        case "elect" -> {
          cluster.traceTo(line -> {});
          cluster.elect(id(words));
          cluster.traceTo(out::add);
        }
        case "crash" -> cluster.crash(id(words));
        case "start" -> cluster.start(id(words));
        case "status" -> status();
        case "log" ->
            out.add(
                "  "
                    + cluster.members.get(id(words)).disk.entries().stream()
                        .map(Entry::position)
                        .toList());
        default -> throw new IllegalArgumentException("no such command: " + words[0]);
      }
    }

    private void status() {
      for (TestCluster.Member member : cluster.members.values()) {
        RaftCore core = member.core;
        out.add(
            core == null
                ? "  " + member.id + " is down"
                : "  "
                    + member.id
                    + " "
                    + core.role()
                    + " term="
                    + core.term()
                    + " vote="
                    + core.vote()
                    + " leader="
                    + core.leader()
                    + " last="
                    + core.lastPosition()
                    + " durable="
                    + core.durableIndex()
                    + " commit="
                    + core.commitIndex()
                    + " applied="
                    + core.appliedIndex());
      }
    }

    private void require(boolean did, String complaint) {
      if (!did) {
        out.add("  (" + complaint + ")");
      }
    }

    private static long id(String[] words) {
      return Long.parseLong(words[1]);
    }

    private static List<Long> ids(String word) {
      return Stream.of(word.split(",")).map(Long::valueOf).toList();
    }

    private static Links links(String[] words) {
      TreeSet<String> named = new TreeSet<>(List.of(words).subList(1, words.length));
      return new Links(named);
    }

    private record Links(TreeSet<String> named) {
      boolean matches(Message message) {
        return named.isEmpty() || named.contains(message.from() + ">" + message.to());
      }
    }
  }
}
