package io.kelson.chaos.cluster;

import io.grpc.StatusRuntimeException;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.ClusterGrpc.ClusterBlockingStub;
import io.kelson.api.Member;
import io.kelson.api.MemberAddRequest;
import io.kelson.api.MemberListRequest;
import io.kelson.api.MemberPromoteRequest;
import io.kelson.api.MemberRemoveRequest;
import io.kelson.chaos.ClusterNode;
import io.kelson.chaos.ProcessCluster;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * Changes who belongs to a cluster of processes, through the others' Cluster service.
 *
 * <p>Whether a change is made is read from the list of members, not from the answer to it: an
 * answer can get lost, and servers refuse changes for a while after another (etcd until all have
 * been connected for five seconds, either until a learner has caught up). So each is asked for
 * again until it is there.
 */
final class MemberChanges implements Membership {
  private static final int CALL_SECONDS = 10;
  private static final int PAUSE_MILLIS = 100;

  /** A removed member that nobody tells so, or that does not listen, is ended after that. */
  private static final Duration END_BOUND = Duration.ofSeconds(10);

  private final ProcessCluster cluster;
  private final IntConsumer starting;

  /**
   * For the members of a cluster.
   *
   * @param starting starts one of them
   */
  MemberChanges(ProcessCluster cluster, IntConsumer starting) {
    this.cluster = cluster;
    this.starting = starting;
  }

  @Override
  public Optional<Seat> seat(int member, Duration bound) {
    return entry(list(member, bound), node(member))
        .map(entry -> new Seat(entry.getID(), !entry.getIsLearner()));
  }

  @Override
  public OptionalInt remove(int member, Duration bound) {
    ClusterNode node = node(member);
    long id = seat(member, bound).orElseThrow().id();
    node.expectEnd();
    change(
        "the removal of " + node.name(),
        member,
        bound,
        members -> members.stream().noneMatch(entry -> entry.getID() == id),
        stub -> stub.memberRemove(MemberRemoveRequest.newBuilder().setID(id).build()));
    try {
      return OptionalInt.of(node.awaitExit(END_BOUND));
    } catch (IllegalStateException e) {
      node.kill9();
      return OptionalInt.empty();
    }
  }

  @Override
  public long rejoin(int member, Duration bound) {
    ClusterNode node = node(member);
    node.wipe();
    MemberAddRequest request =
        MemberAddRequest.newBuilder().addPeerURLs(node.spec().peerUrl()).setIsLearner(true).build();
    List<Member> members =
        change(
            "the addition of " + node.name(),
            member,
            bound,
            now -> entry(now, node).isPresent(),
            stub -> stub.memberAdd(request));
    enter(member, members);
    return entry(members, node).orElseThrow().getID();
  }

  @Override
  public Optional<String> maybePromote(int member) {
    String words = "it is none of the members";
    for (int turn = 0; turn < cluster.nodes().size() - 1; turn++) {
      ClusterBlockingStub stub = stub(other(member, turn));
      try {
        Optional<Member> seat = entry(list(stub), node(member));
        if (seat.isEmpty()) {
          continue;
        }
        if (seat.get().getIsLearner()) {
          promote(stub, seat.get().getID());
        }
        return Optional.empty();
      } catch (StatusRuntimeException e) {
        words = String.valueOf(e.getStatus().getDescription());
        if (words.contains(NOT_IN_SYNC)) {
          break;
        }
      }
    }
    return Optional.of(words);
  }

  @Override
  public long complete(int member, Duration bound) {
    ClusterNode node = node(member);
    List<Member> before = list(member, bound);
    Optional<Member> seat = entry(before, node);
    if (seat.isPresent() && !node.alive()) {
      // What it has on its disk is of that seat: it was emptied before the seat was asked for.
      enter(member, before);
    }
    long id = seat.isPresent() ? seat.get().getID() : rejoinAnew(member, bound);
    change(
        "the promotion of " + node.name(),
        member,
        bound,
        members -> votes(members, id),
        stub -> promote(stub, id));
    return id;
  }

  private long rejoinAnew(int member, Duration bound) {
    if (node(member).alive()) {
      node(member).kill9();
    }
    return rejoin(member, bound);
  }

  /** Starts a member as one of these, who do not know its name yet. */
  private void enter(int member, List<Member> members) {
    ClusterNode node = node(member);
    node.joinAmong(
        members.stream()
            .map(
                entry ->
                    (isOf(entry, node) ? node.name() : entry.getName())
                        + "="
                        + entry.getPeerURLs(0))
            .collect(Collectors.joining(",")));
    starting.accept(member);
  }

  private List<Member> list(int except, Duration bound) {
    return change("the list of members", except, bound, members -> true, stub -> {});
  }

  /** Asks the others in turn, again and again, and returns the members when it is done. */
  private List<Member> change(
      String what,
      int except,
      Duration bound,
      Function<List<Member>, Boolean> done,
      Consumer<ClusterBlockingStub> call) {
    long end = System.nanoTime() + bound.toNanos();
    String last = "nobody was asked";
    for (int turn = 0; ; turn++) {
      int through = other(except, turn);
      try {
        ClusterBlockingStub stub = stub(through);
        List<Member> members = list(stub);
        if (done.apply(members)) {
          return members;
        }
        call.accept(stub);
        last = "it is said to be done";
      } catch (StatusRuntimeException e) {
        last = node(through).name() + " says " + e.getStatus();
      }
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            "waited " + bound + " in vain for " + what + ", the last word: " + last);
      }
      pause(what);
    }
  }

  private ClusterBlockingStub stub(int member) {
    ClusterNode node = node(member);
    cluster.client(node).reconnectNow();
    return ClusterGrpc.newBlockingStub(cluster.client(node).channel())
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  /** Each of the others when it is its turn. */
  private int other(int member, int turn) {
    int members = cluster.nodes().size();
    return (member + 1 + turn % (members - 1)) % members;
  }

  private ClusterNode node(int member) {
    return cluster.nodes().get(member);
  }

  private static List<Member> list(ClusterBlockingStub stub) {
    return stub.memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
        .getMembersList();
  }

  private static void promote(ClusterBlockingStub stub, long id) {
    stub.memberPromote(MemberPromoteRequest.newBuilder().setID(id).build());
  }

  private static boolean votes(List<Member> members, long id) {
    return members.stream().anyMatch(entry -> entry.getID() == id && !entry.getIsLearner());
  }

  private static Optional<Member> entry(List<Member> members, ClusterNode node) {
    return members.stream().filter(entry -> isOf(entry, node)).findFirst();
  }

  private static boolean isOf(Member entry, ClusterNode node) {
    return entry.getPeerURLsList().contains(node.spec().peerUrl());
  }

  private static void pause(String what) {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + what, e);
    }
  }
}
