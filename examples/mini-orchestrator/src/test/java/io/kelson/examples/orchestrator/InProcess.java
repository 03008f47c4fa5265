package io.kelson.examples.orchestrator;

import io.kelson.client.KelsonClient;
import io.kelson.examples.orchestrator.parts.Answers;
import io.kelson.examples.orchestrator.parts.Candidate;
import io.kelson.examples.orchestrator.parts.Fleet;
import io.kelson.examples.orchestrator.parts.Worker;
import java.util.concurrent.CompletableFuture;

/** A part as if it were a process: with a client of its own, which dies with it. */
final class InProcess implements Fleet.Child {
  private final KelsonClient client;
  private final AutoCloseable part;
  private final AutoCloseable more;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private InProcess(KelsonClient client, AutoCloseable part, AutoCloseable more) {
    this.client = client;
    this.part = part;
    this.more = more;
  }

  static InProcess of(KelsonClient client, Worker worker, Answers answers) {
    return new InProcess(client, worker, answers);
  }

  static InProcess of(KelsonClient client, Candidate candidate) {
    return new InProcess(client, candidate, () -> {});
  }

  @Override
  public CompletableFuture<?> ended() {
    return ended;
  }

  @Override
  public void stop() {
    end(part, more, client);
  }

  /** The connection goes first: nothing is said to the store any more, and no lease is revoked. */
  void kill() {
    end(client, more, part);
  }

  private void end(AutoCloseable... inThisOrder) {
    for (AutoCloseable each : inThisOrder) {
      try {
        each.close();
      } catch (Exception e) {
        // Without a connection, parts cannot take their leave.
      }
    }
    ended.complete(null);
  }
}
