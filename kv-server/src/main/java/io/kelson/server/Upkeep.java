package io.kelson.server;

import com.google.protobuf.MessageLite;
import io.kelson.api.AlarmRequest;
import io.kelson.api.AlarmRequest.AlarmAction;
import io.kelson.api.AlarmType;
import io.kelson.api.CompactionRequest;
import io.kelson.api.EtcdError;
import io.kelson.raft.transport.ClusterDescription;
import io.kelson.raft.transport.PeerSecurity;
import io.kelson.server.auth.Identity;
import io.kelson.server.cluster.MemberIds;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.maintenance.AutoCompactor;
import io.kelson.server.maintenance.HashComparison;
import io.kelson.server.maintenance.HashPoint;
import io.kelson.server.maintenance.MaintenanceStore;
import io.kelson.server.maintenance.SpaceWatch;
import io.kelson.server.maintenance.StoreHashes;
import io.kelson.server.membership.Members.Peer;
import io.kelson.server.membership.Roster;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.proto.AlarmChange;
import io.kelson.server.proto.HashCheck;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.proto.StoreHash;
import io.kelson.server.rpc.Outcome;
import io.kelson.server.rpc.Proposals;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to space, history and sameness, on two threads of its own: one that looks twice a second,
 * and one that takes checksums and compares them, which may take as long as reading the whole
 * store.
 */
final class Upkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final long LOOK_MILLIS = 500;
  private static final int ASK_TIMEOUT_MILLIS = 2_000;
  private static final long CLOSE_LIMIT_SECONDS = 5;

  /** Checks in a row without an answer after which it is said that a member is not compared. */
  private static final int UNKNOWN_WORTH_SAYING = 3;

  /**
   * Above this, comparing at the start would make starting slow: it is left to the next compaction.
   */
  private static final long MAX_KEYS_AT_START = 100_000;

  private final ServerConfig config;
  private final long self;
  private final MvccStore store;
  private final Roster roster;
  private final BooleanSupplier leads;
  private final Proposals proposals;
  private final EventExecutor loop;
  private final MaintenanceStore state;
  private final PeerSecurity security;
  private final SpaceWatch space;
  private final StoreHashes hashes;
  private final AutoCompactor compactor;
  private final Map<Long, Integer> unknown = new HashMap<>();
  private int undecided;
  private final AtomicBoolean alarmUnderWay = new AtomicBoolean();
  private final AtomicBoolean compactionUnderWay = new AtomicBoolean();

  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("kelson-upkeep", true));
  private final ScheduledExecutorService checks =
      Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("kelson-check", true));

  /**
   * @param leads whether this member leads just now
   * @param loop where outcomes are delivered
   * @param security how other members are asked
   * @param reclaim begins to give space back that compacted history takes up
   */
  Upkeep(
      ServerConfig config,
      long self,
      MvccStore store,
      Path directory,
      Roster roster,
      BooleanSupplier leads,
      Proposals proposals,
      EventExecutor loop,
      MaintenanceStore state,
      PeerSecurity security,
      Runnable reclaim) {
    this.security = security;
    this.config = config;
    this.self = self;
    this.store = store;
    this.roster = roster;
    this.leads = leads;
    this.proposals = proposals;
    this.loop = loop;
    this.state = state;
    this.space =
        new SpaceWatch(
            config.storage().quotaBackendBytes(),
            new DiskSpace(store, directory),
            state,
            self,
            this::propose,
            reclaim,
            this::isMajorityWithRoom);
    this.hashes = new StoreHashes(store, () -> !config.checks().compactionInterval().isZero());
    this.compactor = new AutoCompactor(config.storage());
  }

  /** How much room there is. */
  SpaceWatch space() {
    return space;
  }

  /** The checksums this member has taken, for others to compare theirs with. */
  StoreHashes hashes() {
    return hashes;
  }

  /**
   * Compares what this member holds with what the others said they held at the revision it was last
   * compacted to. Blocks for some seconds at most if others do not answer, which is no obstacle;
   * for small stores only, as it reads everything.
   *
   * @throws StartFailure if a majority of the cluster agrees on something else
   */
  void requireSame() throws StartFailure {
    long compacted = store.compactRevision();
    if (!config.checks().initialCheck() || compacted <= 0 || store.keys() > MAX_KEYS_AT_START) {
      return;
    }
    Optional<StoreHash> own = hashes.take(new HashPoint(compacted, compacted));
    if (own.isEmpty()) {
      return;
    }
    Optional<HashComparison> compared = compare();
    if (compared.isPresent() && compared.get().corrupt().contains(self)) {
      throw new StartFailure(
          ("this member holds something else than most of the cluster as of revision %d, so it does not "
                  + "start; bring it back from its peers: kelson repair --force --data-dir %s "
                  + "--endpoints http://OTHER-MEMBER:2379,...")
              .formatted(compared.get().point().revision(), config.dataDir()),
          null);
    }
    compared
        .filter(comparison -> comparison.corrupt().contains(0L))
        .ifPresent(comparison -> report(comparison));
  }

  /** Begins; once. */
  void start() {
    state.takeHashesWith(hashes::want);
    looks.scheduleWithFixedDelay(
        guarded("looking after space", this::look),
        LOOK_MILLIS,
        LOOK_MILLIS,
        TimeUnit.MILLISECONDS);
    checks.scheduleWithFixedDelay(
        guarded("taking checksums", hashes::look), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    every(config.checks().compactionInterval().toMillis(), "comparing checksums", this::check);
    every(config.checks().interval().toMillis(), "asking for checksums", this::askForHashes);
  }

  private void every(long millis, String what, Runnable work) {
    if (millis > 0) {
      checks.scheduleWithFixedDelay(guarded(what, work), millis, millis, TimeUnit.MILLISECONDS);
    }
  }

  /** Whoever throws is not called again; nothing here is worth that. */
  private Runnable guarded(String what, Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException e) {
        if (!looks.isShutdown()) {
          LOG.warn("{} failed, and is tried again", what, e);
        }
      }
    };
  }

  private void look() {
    space.look();
    long now = System.nanoTime();
    OptionalLong due = compactor.due(now, leads.getAsBoolean(), store.currentRevision());
    if (due.isPresent() && compactionUnderWay.compareAndSet(false, true)) {
      compact(due.getAsLong());
    }
  }

  private void compact(long revision) {
    LOG.info("compacting history before revision {}, as it is old enough", revision);
    submit(
        InternalRequest.newBuilder()
            .setCompaction(CompactionRequest.newBuilder().setRevision(revision)),
        error -> {
          if (error == null || error == EtcdError.COMPACTED) {
            looks.execute(() -> compactor.compacted(System.nanoTime(), revision));
          } else {
            LOG.warn("history was not compacted, and is tried again: {}", error.text());
          }
          compactionUnderWay.set(false);
        });
  }

  /** What was asked for once more is refused or does nothing, but there is no need to ask. */
  private void propose(AlarmChange change) {
    if (!alarmUnderWay.compareAndSet(false, true)) {
      return;
    }
    AlarmRequest request = change.getRequest();
    LOG.warn(
        "{} the alarm {} for member {}",
        request.getAction() == AlarmAction.ACTIVATE ? "raising" : "taking back",
        request.getAlarm(),
        MemberIds.text(request.getMemberID()));
    submit(InternalRequest.newBuilder().setAlarm(change), error -> alarmUnderWay.set(false));
  }

  private void askForHashes() {
    if (leads.getAsBoolean()) {
      submit(
          InternalRequest.newBuilder().setHashCheck(HashCheck.getDefaultInstance()), error -> {});
    }
    check();
  }

  private void submit(
      InternalRequest.Builder request, java.util.function.Consumer<EtcdError> done) {
    proposals.submit(
        request.setAuthRevision(Identity.MEMBER.revision()),
        loop,
        new Outcome() {
          @Override
          public void succeeded(MessageLite response) {
            done.accept(null);
          }

          @Override
          public void failed(EtcdError error) {
            done.accept(error);
          }
        });
  }

  /** The leader compares; nobody else needs to. */
  private void check() {
    if (!leads.getAsBoolean()) {
      unknown.clear();
      return;
    }
    compare().ifPresent(this::report);
  }

  private Optional<HashComparison> compare() {
    Map<Long, Collection<StoreHash>> said = new HashMap<>();
    said.put(self, hashes.all());
    Map<Long, List<String>> members =
        roster.view().members().members().stream()
            .collect(Collectors.toMap(Peer::id, Peer::peerUrls));
    members.forEach(
        (id, urls) -> {
          if (id != self) {
            ask(urls).ifPresent(answer -> said.put(id, answer.getHashesList()));
          }
        });
    return HashComparison.of(members.keySet(), said);
  }

  private boolean isMajorityWithRoom() {
    Roster.View view = roster.view();
    List<Peer> voters =
        view.members().members().stream()
            .filter(peer -> view.applied().configuration().isVoter(peer.id()))
            .toList();
    long lacking =
        voters.stream()
            .filter(
                peer ->
                    peer.id() == self
                        ? space.isLacking()
                        : ask(peer.peerUrls())
                            .filter(io.kelson.server.proto.ClusterDescription::getLacksRoom)
                            .isPresent())
            .count();
    return voters.size() - lacking > voters.size() / 2;
  }

  private Optional<io.kelson.server.proto.ClusterDescription> ask(List<String> peerUrls) {
    for (String url : peerUrls) {
      try {
        byte[] told = ClusterDescription.ask(PeerPort.address(url), security, ASK_TIMEOUT_MILLIS);
        return Optional.of(io.kelson.server.proto.ClusterDescription.parseFrom(told));
      } catch (IOException nobodyThere) {
        LOG.debug("no description from {}", url, nobodyThere);
      }
    }
    return Optional.empty();
  }

  private void report(HashComparison compared) {
    tellUnknown(compared);
    if (mayYetBeDecided(compared)) {
      LOG.warn(
          "members hold different data as of revision {}, and those not heard from yet decide who is wrong: {}",
          compared.point().revision(),
          texts(compared.unknown()));
      return;
    }
    if (compared.corrupt().isEmpty()) {
      LOG.debug("members {} hold the same as of {}", compared.agreeing(), compared.point());
      return;
    }
    LOG.error(
        "members hold different data as of revision {}: {} agree, {} do not{}; see docs/OPERATIONS.md, "
            + "Corruption checks",
        compared.point().revision(),
        texts(compared.agreeing()),
        texts(compared.corrupt()),
        compared.unknown().isEmpty() ? "" : ", nothing is known of " + texts(compared.unknown()));
    for (long member : compared.corrupt()) {
      if (state.current().find(member, AlarmType.CORRUPT).isEmpty()) {
        propose(
            AlarmChange.newBuilder()
                .setRequest(
                    AlarmRequest.newBuilder()
                        .setAction(AlarmAction.ACTIVATE)
                        .setMemberID(member)
                        .setAlarm(AlarmType.CORRUPT))
                .build());
      }
    }
  }

  /** Whoever has not said anything yet may make a majority, but is not waited for for ever. */
  private boolean mayYetBeDecided(HashComparison compared) {
    boolean isOpen = compared.corrupt().contains(0L) && !compared.unknown().isEmpty();
    undecided = isOpen ? undecided + 1 : 0;
    return isOpen && undecided < UNKNOWN_WORTH_SAYING;
  }

  /** A member that cannot be compared is not one that agrees. */
  private void tellUnknown(HashComparison compared) {
    unknown.keySet().retainAll(compared.unknown());
    for (long member : compared.unknown()) {
      int times = unknown.merge(member, 1, Integer::sum);
      if (times == UNKNOWN_WORTH_SAYING) {
        LOG.warn(
            "member {} has not been compared with the others since {} checks, the last as of revision {}:"
                + " whether it holds the same is not known",
            MemberIds.text(member),
            times,
            compared.point().revision());
      }
    }
  }

  private static Set<String> texts(SortedSet<Long> ids) {
    return ids.stream()
        .map(id -> id == 0 ? "nobody knows which" : MemberIds.text(id))
        .collect(Collectors.toSet());
  }

  @Override
  public void close() {
    looks.shutdownNow();
    checks.shutdownNow();
    try {
      looks.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
      checks.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record DiskSpace(MvccStore store, Path directory) implements SpaceWatch.Space {
    @Override
    public long storeBytes() {
      return store.sizeBytes();
    }

    @Override
    public long freeBytes() {
      try {
        return disk().getUsableSpace();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot ask how much room there is in " + directory, e);
      }
    }

    @Override
    public long diskBytes() {
      try {
        return disk().getTotalSpace();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot ask how large the disk of " + directory + " is", e);
      }
    }

    private FileStore disk() throws IOException {
      return Files.getFileStore(directory);
    }
  }
}
