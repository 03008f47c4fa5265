package io.kelson.bench.scenario;

import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.kelson.chaos.MemberClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Finds out when servers begin to answer: asks members in turn, every few milliseconds and without
 * waiting for earlier answers, until one of these is good.
 *
 * <p>Not waiting matters: a question that a server holds back or has lost would delay the next one
 * by its deadline, and the moment would be known no better than that.
 *
 * @param nanos when it came, of {@link System#nanoTime()}
 */
record FirstAnswer<R>(R answer, long nanos) {
  /** When the moment is what is measured. */
  static final Duration OFTEN = Duration.ofMillis(10);

  /** When something else is, which questions would disturb. */
  static final Duration SELDOM = Duration.ofMillis(200);

  /** How long a question may be on its way; bounds how many are. */
  static final long DEADLINE_MILLIS = 500;

  /**
   * Asks from now on.
   *
   * @param gap from one question to the next
   * @param question sends one question, with {@link #DEADLINE_MILLIS}
   * @throws IllegalStateException naming {@code what} if no answer is good within the bound
   */
  static <R> FirstAnswer<R> await(
      String what,
      Duration bound,
      Duration gap,
      List<MemberClient> members,
      BiConsumer<Channel, StreamObserver<R>> question,
      Predicate<R> good)
      throws InterruptedException {
    long endNanos = System.nanoTime() + bound.toNanos();
    CompletableFuture<FirstAnswer<R>> first = new CompletableFuture<>();
    for (int asked = 0; System.nanoTime() - endNanos < 0; asked++) {
      MemberClient member = members.get(asked % members.size());
      member.reconnectNow();
      question.accept(member.channel(), new Judge<>(good, first));
      try {
        return first.get(gap.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // Not yet: the next member is asked.
      } catch (ExecutionException e) {
        throw new IllegalStateException("cannot ask for " + what, e);
      }
    }
    throw new IllegalStateException("waited " + bound + " in vain for: " + what);
  }

  double secondsSince(long startNanos) {
    return (nanos - startNanos) / 1e9;
  }

  /** What becomes of one question. */
  private record Judge<R>(Predicate<R> good, CompletableFuture<FirstAnswer<R>> first)
      implements StreamObserver<R> {
    @Override
    public void onNext(R answer) {
      long nowNanos = System.nanoTime();
      if (good.test(answer)) {
        first.complete(new FirstAnswer<>(answer, nowNanos));
      }
    }

    @Override
    public void onError(Throwable error) {
      // A server that is not there, or has no leader: that is what is waited out.
    }

    @Override
    public void onCompleted() {
      // The answer has been judged.
    }
  }
}
