package io.kelson.server.repair;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.EtcdError;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.Member;
import io.kelson.api.MemberAddRequest;
import io.kelson.api.MemberListRequest;
import io.kelson.api.MemberRemoveRequest;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import io.kelson.raft.transport.PeerSecurity;
import io.kelson.server.cluster.MemberIds;
import io.kelson.server.tls.Reach;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The rest of the cluster, asked at its client URLs. Used by one thread, which it blocks. */
final class Peers implements AutoCloseable {
  private static final long STATUS_TIMEOUT_MILLIS = 10_000;
  private static final long CALL_TIMEOUT_MILLIS = 10_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long RETRY_MILLIS = 200;

  private static final Set<String> WORTH_ANOTHER_TRY =
      Set.of(EtcdError.NOT_LEADER.text(), EtcdError.TOO_MANY_REQUESTS.text());

  private final Map<String, ManagedChannel> channels = new LinkedHashMap<>();
  private final Reach reach;
  private final long patienceNanos;

  /**
   * @param endpoints client URLs, {@code http[s]://host:port}
   */
  Peers(List<String> endpoints) {
    this(endpoints, Reach.withoutFiles());
  }

  /**
   * @param endpoints client URLs
   * @param reach how they and the members' peer ports are reached
   */
  Peers(List<String> endpoints, Reach reach) {
    this(endpoints, reach, PATIENCE);
  }

  /**
   * @param patience how long to go on asking for what is refused for the moment
   */
  Peers(List<String> endpoints, Reach reach, Duration patience) {
    this.reach = reach;
    this.patienceNanos = patience.toNanos();
    endpoints.forEach(url -> channels.put(url, open(url)));
  }

  private ManagedChannel open(String url) {
    return reach.clients().to(url).disableRetry().build();
  }

  /** How the peer ports are reached. */
  PeerSecurity peerPorts() {
    return reach.peers();
  }

  /** What the endpoints that answer say of themselves. */
  List<StatusResponse> statuses() {
    return channels.values().stream().map(Peers::status).flatMap(Optional::stream).toList();
  }

  /** Whether a member of that id answers at one of these client URLs. */
  boolean runs(long memberId, List<String> clientUrls) {
    for (String url : clientUrls) {
      ManagedChannel channel = open(url);
      try {
        if (status(channel).filter(s -> s.getHeader().getMemberId() == memberId).isPresent()) {
          return true;
        }
      } finally {
        channel.shutdownNow();
      }
    }
    return false;
  }

  private static Optional<StatusResponse> status(ManagedChannel channel) {
    try {
      return Optional.of(
          MaintenanceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(STATUS_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
              .status(StatusRequest.getDefaultInstance()));
    } catch (StatusRuntimeException silent) {
      return Optional.empty();
    }
  }

  /** The members; certain, for a majority has confirmed who leads. */
  List<Member> members() throws RepairException {
    return call(
        "list the members",
        stub ->
            stub.memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                .getMembersList());
  }

  /**
   * Removes a member, unless that is done already.
   *
   * @return whether it was there
   */
  boolean remove(long id) throws RepairException {
    if (id == 0 || members().stream().noneMatch(member -> member.getID() == id)) {
      return false;
    }
    return call(
        "remove member " + MemberIds.text(id),
        stub -> {
          try {
            stub.memberRemove(MemberRemoveRequest.newBuilder().setID(id).build());
          } catch (StatusRuntimeException e) {
            // An earlier try did it, and its answer was lost.
            if (!isAbout(e, EtcdError.MEMBER_NOT_FOUND)) {
              throw e;
            }
          }
          return true;
        });
  }

  /**
   * Adds a member, unless one with these peer URLs is there already: an earlier try added it, and
   * whether it may be used is told when it joins.
   *
   * @return the member, whose id is new
   */
  Member add(List<String> peerUrls, boolean isLearner) throws RepairException {
    return call(
        "add a member at " + String.join(",", peerUrls),
        stub -> {
          Optional<Member> there =
              find(
                  stub.memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                      .getMembersList(),
                  peerUrls);
          return there.isPresent()
              ? there.get()
              : stub.memberAdd(
                      MemberAddRequest.newBuilder()
                          .addAllPeerURLs(peerUrls)
                          .setIsLearner(isLearner)
                          .build())
                  .getMember();
        });
  }

  /** The member with exactly these peer URLs. */
  static Optional<Member> find(List<Member> members, List<String> peerUrls) {
    Set<String> wanted = new HashSet<>(peerUrls);
    return members.stream()
        .filter(member -> wanted.equals(new HashSet<>(member.getPeerURLsList())))
        .findFirst();
  }

  /** Asks one endpoint after the other, again and again for a while, until one does it. */
  private <T> T call(String what, Function<ClusterGrpc.ClusterBlockingStub, T> call)
      throws RepairException {
    long begin = System.nanoTime();
    StatusRuntimeException last = null;
    while (last == null || System.nanoTime() - begin < patienceNanos) {
      for (ManagedChannel channel : channels.values()) {
        try {
          return call.apply(
              ClusterGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(CALL_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS));
        } catch (StatusRuntimeException e) {
          last = last == null || !isSilence(e) ? e : last;
          requireWorthAnotherTry(what, e);
          channel.resetConnectBackoff();
        }
      }
      pause(what);
    }
    throw new RepairException(
        "cannot %s: %s".formatted(what, last.getStatus().getDescription()), last);
  }

  private static void requireWorthAnotherTry(String what, StatusRuntimeException e)
      throws RepairException {
    Status status = e.getStatus();
    boolean transientCode =
        status.getCode() == Status.Code.UNAVAILABLE
            || status.getCode() == Status.Code.DEADLINE_EXCEEDED;
    if (!transientCode && !WORTH_ANOTHER_TRY.contains(String.valueOf(status.getDescription()))) {
      throw new RepairException("cannot %s: %s".formatted(what, status.getDescription()), e);
    }
  }

  private static boolean isAbout(StatusRuntimeException e, EtcdError error) {
    return error.text().equals(e.getStatus().getDescription());
  }

  /** Nobody listens: says less than an error that somebody answered with. */
  private static boolean isSilence(StatusRuntimeException e) {
    return EtcdError.ofText(String.valueOf(e.getStatus().getDescription())) == null;
  }

  private static void pause(String what) throws RepairException {
    try {
      TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RepairException("interrupted while trying to " + what, e);
    }
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
  }
}
