package io.kelson.chaos.nemesis;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import io.kelson.chaos.RootSignIn;
import io.kelson.chaos.cluster.ChaosCluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Looks at a cluster from outside while something is done to it. Its connections are its own and
 * nothing is repeated on them. For one thread.
 */
final class Witness implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 700;

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final Map<Long, Integer> members = new HashMap<>();

  /** Who leads in which term, as those say who know the highest one. */
  record View(OptionalInt leader, long term) {
    /** What is different now; empty if nothing is. */
    Optional<String> movedTo(View now) {
      List<String> moves = new ArrayList<>();
      if (!leader.equals(now.leader)) {
        moves.add("leader " + words(leader) + " -> " + words(now.leader));
      }
      if (term != now.term) {
        moves.add("term " + term + " -> " + now.term);
      }
      return moves.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", moves));
    }

    private static String words(OptionalInt member) {
      return member.isPresent() ? Integer.toString(member.getAsInt()) : "none";
    }
  }

  Witness(ChaosCluster cluster) {
    for (String endpoint : cluster.endpoints()) {
      channels.add(
          NettyChannelBuilder.forTarget("dns:///" + endpoint)
              .usePlaintext()
              .disableRetry()
              .intercept(new RootSignIn())
              .proxyDetector(target -> null)
              .build());
    }
  }

  /** How many members it knows. */
  int size() {
    return channels.size();
  }

  /** The channel to a member. */
  ManagedChannel channel(int member) {
    return channels.get(member);
  }

  /** What a member says of itself; empty if it does not within a moment. */
  Optional<StatusResponse> status(int member) {
    return answers().get(member);
  }

  /** What is the case now, as far as members say; the leader's absence is no error. */
  View view() {
    long term = 0;
    long leader = 0;
    List<Optional<StatusResponse>> answers = answers();
    for (int i = 0; i < answers.size(); i++) {
      if (answers.get(i).isEmpty()) {
        continue;
      }
      StatusResponse status = answers.get(i).get();
      long id = status.getHeader().getMemberId();
      if (!members.containsKey(id)) {
        // One that was replaced has another id than before, at the same place.
        members.values().remove(i);
        members.put(id, i);
      }
      boolean later = status.getRaftTerm() > term;
      if (later || status.getRaftTerm() == term && leader == 0) {
        term = status.getRaftTerm();
        leader = status.getLeader();
      }
    }
    Integer member = members.get(leader);
    return new View(member == null ? OptionalInt.empty() : OptionalInt.of(member), term);
  }

  /**
   * The same, with a leader.
   *
   * @throws IllegalStateException if there is none
   */
  View viewWithLeader() {
    View view = view();
    if (view.leader().isEmpty()) {
      throw new IllegalStateException("there is no leader just now");
    }
    return view;
  }

  /** Waits for a leader in a later term, so long at most. */
  View awaitLaterTerm(View before, long boundMillis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(boundMillis);
    View now = view();
    while ((now.term() <= before.term() || now.leader().isEmpty()) && System.nanoTime() - end < 0) {
      Thread.sleep(20);
      now = view();
    }
    return now;
  }

  /** A member's id; it has to have been seen. */
  Optional<Long> idOf(int member) {
    return members.entrySet().stream()
        .filter(entry -> entry.getValue() == member)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private List<Optional<StatusResponse>> answers() {
    List<ListenableFuture<StatusResponse>> calls = new ArrayList<>();
    for (ManagedChannel channel : channels) {
      channel.resetConnectBackoff();
      calls.add(
          MaintenanceGrpc.newFutureStub(channel)
              .withDeadlineAfter(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
              .status(StatusRequest.getDefaultInstance()));
    }
    return calls.stream().map(Witness::answer).toList();
  }

  private static Optional<StatusResponse> answer(ListenableFuture<StatusResponse> call) {
    try {
      return Optional.of(call.get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException) {
        return Optional.empty();
      }
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking for a status", e);
    }
  }
}
