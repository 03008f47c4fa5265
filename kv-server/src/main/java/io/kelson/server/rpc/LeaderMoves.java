package io.kelson.server.rpc;

import io.kelson.api.EtcdError;
import io.kelson.api.MoveLeaderResponse;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/**
 * Hands leadership to a member that a client names, and answers when that one leads.
 *
 * <p>Thread-safe; nothing blocks.
 */
final class LeaderMoves {
  private record Move(long target, long startNanos, Reply<MoveLeaderResponse> reply) {}

  private final ConsensusNode node;
  private final LongPredicate isVoter;
  private final LongConsumer transfer;
  private final LongSupplier nanoTime;
  private final long timeoutNanos;
  private final Queue<Move> moves = new ConcurrentLinkedQueue<>();

  /**
   * @param isVoter whether a member may lead
   * @param transfer asks consensus to hand leadership over
   */
  LeaderMoves(
      ConsensusNode node,
      LongPredicate isVoter,
      LongConsumer transfer,
      LongSupplier nanoTime,
      long timeoutNanos) {
    this.node = node;
    this.isVoter = isVoter;
    this.transfer = transfer;
    this.nanoTime = nanoTime;
    this.timeoutNanos = timeoutNanos;
  }

  void move(long target, Reply<MoveLeaderResponse> reply) {
    if (!node.status().isLeader()) {
      reply.failed(EtcdError.NOT_LEADER);
    } else if (!isVoter.test(target)) {
      reply.failed(EtcdError.BAD_TRANSFEREE);
    } else {
      moves.add(new Move(target, nanoTime.getAsLong(), reply));
      if (node.status().leader() != target) {
        transfer.accept(target);
      }
      tick();
    }
  }

  /** Somebody may lead who did not, or time has passed. */
  void tick() {
    if (moves.isEmpty()) {
      return;
    }
    long leader = node.status().leader();
    for (Move move : moves) {
      boolean done = leader == move.target();
      boolean late = nanoTime.getAsLong() - move.startNanos() > timeoutNanos;
      // Only who takes it out answers it.
      if ((done || late) && moves.remove(move)) {
        if (done) {
          move.reply().send(MoveLeaderResponse.getDefaultInstance());
        } else {
          move.reply().failed(EtcdError.TIMEOUT_LEADER_TRANSFER);
        }
      }
    }
  }
}
