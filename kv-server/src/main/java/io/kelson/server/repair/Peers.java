package io.kelson.server.repair;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
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
import java.util.ArrayList;
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

  /** The way to a member, and the same with a name on it. */
  private record Way(ManagedChannel channel, Channel signedIn) {}

  private final Map<String, Way> ways = new LinkedHashMap<>();
  private final Reach reach;
  private final SignIn.Credentials credentials;
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
    this(endpoints, reach, SignIn.Credentials.NONE, PATIENCE);
  }

  /**
   * @param endpoints client URLs
   * @param reach how they and the members' peer ports are reached
   * @param credentials who asks, if authentication is on
   */
  Peers(List<String> endpoints, Reach reach, SignIn.Credentials credentials) {
    this(endpoints, reach, credentials, PATIENCE);
  }

  /**
   * @param patience how long to go on asking for what is refused for the moment
   */
  Peers(List<String> endpoints, Reach reach, SignIn.Credentials credentials, Duration patience) {
    this.reach = reach;
    this.credentials = credentials;
    this.patienceNanos = patience.toNanos();
    endpoints.forEach(url -> ways.put(url, open(url)));
  }

  private Way open(String url) {
    ManagedChannel channel = reach.clients().to(url).disableRetry().build();
    return new Way(
        channel, ClientInterceptors.intercept(channel, new SignIn(channel, credentials)));
  }

  /** How the peer ports are reached. */
  PeerSecurity peerPorts() {
    return reach.peers();
  }

  /**
   * What the endpoints that answer say of themselves.
   *
   * @throws RepairException if none does, with what one of them said instead
   */
  List<StatusResponse> statuses() throws RepairException {
    List<StatusResponse> answers = new ArrayList<>();
    StatusRuntimeException last = null;
    for (Way way : ways.values()) {
      try {
        answers.add(requireStatus(way));
      } catch (StatusRuntimeException e) {
        last = last == null || !isSilence(e) ? e : last;
      }
    }
    if (answers.isEmpty()) {
      throw last == null || isSilence(last)
          ? new RepairException(
              "none of the --endpoints answers; name client URLs of members that run")
          : new RepairException(
              "cannot ask the --endpoints: "
                  + last.getStatus().getDescription()
                  + (isAboutCaller(last)
                      ? "; authentication is on: name a user with the role root by --user"
                          + " NAME[:PASSWORD]"
                      : ""),
              last);
    }
    return answers;
  }

  private static boolean isAboutCaller(StatusRuntimeException e) {
    return isAbout(e, EtcdError.USER_EMPTY)
        || isAbout(e, EtcdError.PERMISSION_DENIED)
        || isAbout(e, EtcdError.AUTH_FAILED)
        || isAbout(e, EtcdError.INVALID_AUTH_TOKEN);
  }

  /** Whether a member of that id answers at one of these client URLs. */
  boolean runs(long memberId, List<String> clientUrls) {
    for (String url : clientUrls) {
      Way way = open(url);
      try {
        if (maybeStatus(way).filter(s -> s.getHeader().getMemberId() == memberId).isPresent()) {
          return true;
        }
      } finally {
        way.channel().shutdownNow();
      }
    }
    return false;
  }

  private static Optional<StatusResponse> maybeStatus(Way way) {
    try {
      return Optional.of(requireStatus(way));
    } catch (StatusRuntimeException silent) {
      return Optional.empty();
    }
  }

  private static StatusResponse requireStatus(Way way) {
    return MaintenanceGrpc.newBlockingStub(way.signedIn())
        .withDeadlineAfter(STATUS_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
        .status(StatusRequest.getDefaultInstance());
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
      for (Way way : ways.values()) {
        try {
          return call.apply(
              ClusterGrpc.newBlockingStub(way.signedIn())
                  .withDeadlineAfter(CALL_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS));
        } catch (StatusRuntimeException e) {
          last = last == null || !isSilence(e) ? e : last;
          requireWorthAnotherTry(what, e);
          way.channel().resetConnectBackoff();
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
    ways.values().forEach(way -> way.channel().shutdownNow());
  }
}
