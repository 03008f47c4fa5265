package io.kelson.chaos.cluster;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Network.Ipam;
import io.kelson.chaos.Await;
import io.kelson.chaos.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.utility.DockerImageName;

/**
 * Members in containers of their own on a network of their own, from an image that is already here:
 * nothing is ever fetched.
 *
 * <p>Links are cut by the kernel: packets of one member are dropped where they enter another's
 * network. Members keep their addresses over restarts. Faults are for one thread at a time.
 */
public final class DockerDriver implements ChaosCluster, Processes {
  /** The image that {@code config/docker/Dockerfile} makes. */
  public static final String DEFAULT_IMAGE = "kelson";

  private static final int CLIENT_PORT = 2379;
  private static final int PEER_PORT = 2380;
  private static final int USER_IN_IMAGE = 10_001;
  private static final Duration ELECTION_TIMEOUT = Duration.ofMillis(1_000);

  private final Path directory;
  private final String image;
  private final DockerEngine engine;
  private final String subnet;
  private final List<GenericContainer<?>> containers = new ArrayList<>();
  private final BitSet endExpected = new BitSet();
  private final BitSet created = new BitSet();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread lastResort = new Thread(this::close, "containers-cleanup");
  private Network network;
  private PacketFilter filter;
  private MemberStatus statuses;

  private DockerDriver(Path directory, String image, DockerEngine engine, long seed) {
    this.directory = directory;
    this.image = image;
    this.engine = engine;
    // Out of the way of the engine's own networks; the seed keeps two runs at once apart.
    this.subnet = "10." + (64 + Math.floorMod(seed, 128)) + "." + Math.floorMod(seed / 128, 256);
  }

  /**
   * Lays out a cluster; nothing is started yet.
   *
   * @param directory for the members' data and logs; made if it is not there
   * @param image what members run
   * @param flags further flags of the server
   * @throws IllegalStateException if there is no engine or no such image, with the remedy
   */
  public static DockerDriver create(
      Path directory, String image, int members, List<String> flags, long seed) {
    if (!"true".equals(System.getenv("TESTCONTAINERS_RYUK_DISABLED"))) {
      throw new IllegalStateException(
          "Testcontainers would fetch a helper image: set TESTCONTAINERS_RYUK_DISABLED=true and"
              + " TESTCONTAINERS_HOST_OVERRIDE=localhost, as bin/kelson-chaos does");
    }
    Path absolute = directory.toAbsolutePath();
    Directories.create(absolute);
    // What Testcontainers asks of an engine as old as Debian's, inside what looks like a container.
    System.setProperty("api.version", System.getProperty("api.version", "1.41"));
    DockerEngine engine = DockerEngine.open(absolute.resolve("dockerd.log"));
    DockerDriver driver = new DockerDriver(absolute, image, engine, seed);
    try {
      if (engine.image(image).isEmpty()) {
        throw new IllegalStateException(
            "there is no image "
                + image
                + ": make it with config/package/make-dist and docker build -f"
                + " config/docker/Dockerfile -t "
                + image
                + " .");
      }
      driver.layOut(members, flags);
    } catch (RuntimeException e) {
      driver.close();
      throw e;
    }
    Runtime.getRuntime().addShutdownHook(driver.lastResort);
    return driver;
  }

  private void layOut(int members, List<String> flags) {
    network =
        Network.builder()
            .createNetworkCmdModifier(
                create ->
                    create.withIpam(
                        new Ipam().withConfig(new Ipam.Config().withSubnet(subnet + ".0/24"))))
            .build();
    network.getId();
    String everybody =
        IntStream.range(0, members)
            .mapToObj(i -> name(i) + "=http://" + address(i) + ":" + PEER_PORT)
            .collect(Collectors.joining(","));
    for (int i = 0; i < members; i++) {
      containers.add(container(i, everybody, flags));
    }
    filter = new PacketFilter(IntStream.range(0, members).mapToObj(this::address).toList());
    statuses = new MemberStatus(endpoints());
  }

  private GenericContainer<?> container(int member, String everybody, List<String> flags) {
    Path data = directory.resolve(name(member));
    Directories.create(data);
    Commands.require("chown", USER_IN_IMAGE + ":" + USER_IN_IMAGE, data.toString());
    String client = "http://" + address(member) + ":" + CLIENT_PORT;
    String peer = "http://" + address(member) + ":" + PEER_PORT;
    List<String> command =
        new ArrayList<>(
            List.of(
                "server",
                "--name=" + name(member),
                "--initial-cluster=" + everybody,
                "--initial-cluster-token=kelson-harness",
                "--listen-peer-urls=http://0.0.0.0:" + PEER_PORT,
                "--initial-advertise-peer-urls=" + peer,
                "--advertise-client-urls=" + client));
    command.addAll(flags);
    return new GenericContainer<>(DockerImageName.parse(image))
        .withImagePullPolicy(ignored -> false)
        .withNetwork(network)
        .withEnv(Map.of("KELSON_JAVA_OPTS", "-Xmx512m"))
        .withCommand(command.toArray(String[]::new))
        .withCreateContainerCmdModifier(create -> place(create, member, data));
  }

  private void place(CreateContainerCmd create, int member, Path data) {
    create
        .withIpv4Address(address(member))
        .getHostConfig()
        .withBinds(Bind.parse(data + ":/var/lib/kelson"));
  }

  private static String name(int member) {
    return "m" + (member + 1);
  }

  private String address(int member) {
    return subnet + "." + (10 + member);
  }

  @Override
  public String driver() {
    return "docker";
  }

  @Override
  public String product() {
    return "kelson (image " + image + ")";
  }

  @Override
  public int size() {
    return containers.size();
  }

  @Override
  public Optional<String> missing(Ability ability) {
    return switch (ability) {
      case PAUSE, KILL, FILES -> Optional.empty();
      case LINKS -> PacketFilter.missing();
      case SHAPED_LINKS ->
          Optional.of("containers' links are cut by the kernel, which cannot slow them down here");
      case PORTS -> Optional.of("a container's port is its process's; use the driver process");
      case POWER, FULL_DISK, SYNC_FAULTS ->
          Optional.of("the disk of a container is the engine's; use the driver process");
      case CLOCK -> Optional.of("a container has this machine's clock; use the driver process");
      case MEMBERSHIP -> Optional.of("the driver docker has a fixed set of members");
      case VERSIONS ->
          engine.image(image + ":previous").isPresent()
              ? Optional.empty()
              : Optional.of("there is no image " + image + ":previous of another version");
    };
  }

  @Override
  public String endpoint(int member) {
    return address(member) + ":" + CLIENT_PORT;
  }

  @Override
  public List<String> endpoints() {
    return IntStream.range(0, size()).mapToObj(this::endpoint).toList();
  }

  @Override
  public Duration electionTimeout() {
    return ELECTION_TIMEOUT;
  }

  @Override
  public void startAll(Duration bound) {
    IntStream.range(0, size()).filter(member -> !isRunning(member)).forEach(this::start);
    awaitHealthy(bound);
  }

  @Override
  public void start(int member) {
    endExpected.clear(member);
    if (created.get(member)) {
      docker().startContainerCmd(id(member)).exec();
    } else {
      containers.get(member).start();
      created.set(member);
    }
    filter.apply(member, pid(member).orElseThrow());
  }

  @Override
  public void kill(int member) {
    endExpected.set(member);
    docker().killContainerCmd(id(member)).exec();
    awaitEnd(member);
  }

  @Override
  public void stop(int member) {
    endExpected.set(member);
    docker().stopContainerCmd(id(member)).withTimeout(30).exec();
    awaitEnd(member);
  }

  private void awaitEnd(int member) {
    Await.until(name(member) + " to end", Duration.ofSeconds(40), () -> !isRunning(member));
  }

  @Override
  public void pause(int member) {
    docker().pauseContainerCmd(id(member)).exec();
  }

  @Override
  public void resume(int member) {
    try {
      docker().unpauseContainerCmd(id(member)).exec();
    } catch (NotModifiedException e) {
      // It is not paused.
    }
  }

  @Override
  public boolean isRunning(int member) {
    return created.get(member) && Boolean.TRUE.equals(inspect(member).getState().getRunning());
  }

  @Override
  public boolean endedByItself(int member) {
    return created.get(member) && !endExpected.get(member) && !isRunning(member);
  }

  @Override
  public void link(int from, int to, LinkRule rule) {
    boolean cutOrOpen = rule.equals(LinkRule.BLOCKED) || rule.equals(LinkRule.OPEN);
    if (!cutOrOpen) {
      throw new UnsupportedOperationException(missing(Ability.SHAPED_LINKS).orElseThrow());
    }
    filter.block(from, to, rule.blocked());
    pid(to).ifPresent(pid -> filter.apply(to, pid));
  }

  @Override
  public void openLinks() {
    filter.openAll();
    for (int member = 0; member < size(); member++) {
      int to = member;
      pid(member).ifPresent(pid -> filter.apply(to, pid));
    }
  }

  @Override
  public long passed(int from, int to) {
    OptionalLong pid = pid(to);
    return pid.isEmpty() ? filter.counted(from, to) : filter.passed(from, to, pid.getAsLong());
  }

  @Override
  public Optional<Integer> leader() {
    return statuses.leader(IntStream.range(0, size()).filter(this::isRunning).boxed().toList());
  }

  @Override
  public long term() {
    return IntStream.range(0, size())
        .filter(this::isRunning)
        .mapToObj(statuses::of)
        .flatMap(Optional::stream)
        .mapToLong(status -> status.raftTerm())
        .findFirst()
        .orElse(0);
  }

  @Override
  public Path dataDir(int member) {
    return directory.resolve(name(member)).resolve("data");
  }

  @Override
  public Path log(int member) {
    Path file = directory.resolve(name(member) + ".log");
    if (created.get(member)) {
      Commands.Result printed = Commands.run("docker", "logs", id(member));
      try {
        Files.writeString(file, printed.output());
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write " + file, e);
      }
    }
    return file;
  }

  @Override
  public void awaitHealthy(Duration bound) {
    Instant end = Instant.now().plus(bound);
    int leader =
        Await.value(
            "one leader of all " + size() + " members",
            bound,
            () ->
                IntStream.range(0, size()).allMatch(this::isRunning) ? leader() : Optional.empty());
    long committed =
        Await.value("the leader's commit index", left(end), () -> statuses.of(leader)).raftIndex();
    for (int i = 0; i < size(); i++) {
      int member = i;
      Await.until(
          name(member) + " to apply the log up to " + committed,
          left(end),
          () -> statuses.of(member).filter(s -> s.raftAppliedIndex() >= committed).isPresent());
    }
  }

  private static Duration left(Instant end) {
    Duration left = Duration.between(Instant.now(), end);
    return left.isNegative() ? Duration.ZERO : left;
  }

  @Override
  public OptionalLong pid(int member) {
    return isRunning(member)
        ? OptionalLong.of(inspect(member).getState().getPidLong())
        : OptionalLong.empty();
  }

  @Override
  public char state(int member) {
    if (!created.get(member)) {
      return '-';
    }
    InspectContainerResponse.ContainerState state = inspect(member).getState();
    if (Boolean.TRUE.equals(state.getPaused())) {
      // Frozen by the engine: no signal is pending, but nothing of it runs.
      return 'T';
    }
    return Boolean.TRUE.equals(state.getRunning()) ? 'S' : '-';
  }

  private static DockerClient docker() {
    return DockerClientFactory.instance().client();
  }

  private String id(int member) {
    return containers.get(member).getContainerId();
  }

  private InspectContainerResponse inspect(int member) {
    return docker().inspectContainerCmd(id(member)).exec();
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (statuses != null) {
      statuses.close();
    }
    for (int member = 0; member < size(); member++) {
      if (created.get(member)) {
        log(member);
        Commands.run("docker", "rm", "--force", "--volumes", id(member));
      }
    }
    if (network != null) {
      Commands.run("docker", "network", "rm", network.getId());
    }
    engine.close();
    try {
      Runtime.getRuntime().removeShutdownHook(lastResort);
    } catch (IllegalStateException e) {
      // The JVM is going down, and this is the hook.
    }
  }
}
