package io.kelson.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Sends a request to an endpoint, and to the next one if that is safe, until an answer comes or the
 * time is up.
 *
 * <p>What is safe is decided by {@link Verdict}: a read may always go on; a write only when it
 * certainly never left or the server said that it refused it. Thread-safe, lock-free.
 */
final class UnaryCalls {
  /** Whether a request changes anything. */
  enum Effect {
    READS,
    WRITES
  }

  private final Endpoints endpoints;
  private final ScheduledExecutorService timer;
  private final long timeoutNanos;

  UnaryCalls(Endpoints endpoints, ScheduledExecutorService timer, Duration timeout) {
    this.endpoints = endpoints;
    this.timer = timer;
    this.timeoutNanos = timeout.toNanos();
  }

  /** Asks whichever endpoint will answer. */
  <Q, A, R> CompletableFuture<R> call(
      MethodDescriptor<Q, A> method, Q request, Effect effect, Function<A, R> answer) {
    Request<Q, A, R> call = new Request<>(method, request, effect, answer, null);
    call.attempt();
    return call.result;
  }

  /** Asks {@code endpoint} and no other. */
  <Q, A, R> CompletableFuture<R> callAt(
      Endpoint endpoint,
      MethodDescriptor<Q, A> method,
      Q request,
      Effect effect,
      Function<A, R> answer) {
    Request<Q, A, R> call = new Request<>(method, request, effect, answer, endpoint);
    call.attempt();
    return call.result;
  }

  /** One request through all its attempts; only one attempt is under way at a time. */
  private final class Request<Q, A, R> {
    private final MethodDescriptor<Q, A> method;
    private final Q request;
    private final Effect effect;
    private final Function<A, R> answer;
    private final Endpoint onlyEndpoint;
    private final long deadlineNanos = System.nanoTime() + timeoutNanos;
    private final CompletableFuture<R> result = new CompletableFuture<>();
    private final boolean isUnary;
    private volatile ClientCall<Q, A> underWay;
    private int attempts;
    private Status lastStatus;

    Request(
        MethodDescriptor<Q, A> method,
        Q request,
        Effect effect,
        Function<A, R> answer,
        Endpoint onlyEndpoint) {
      this.method = method;
      this.isUnary = method.getType() == MethodDescriptor.MethodType.UNARY;
      this.request = request;
      this.effect = effect;
      this.answer = answer;
      this.onlyEndpoint = onlyEndpoint;
      result.whenComplete((value, error) -> cancelIfAbandoned());
    }

    private void cancelIfAbandoned() {
      ClientCall<Q, A> call = underWay;
      if (result.isCancelled() && call != null) {
        call.cancel("abandoned by the caller", null);
      }
    }

    void attempt() {
      if (result.isDone()) {
        return;
      }
      long leftNanos = deadlineNanos - System.nanoTime();
      if (leftNanos <= 0) {
        result.completeExceptionally(Errors.outOfTime(lastStatus));
        return;
      }
      try {
        send(leftNanos);
      } catch (RuntimeException e) {
        result.completeExceptionally(e);
      }
    }

    private void send(long leftNanos) {
      Endpoint endpoint = onlyEndpoint != null ? onlyEndpoint : endpoints.current();
      SendTracker tracker = new SendTracker();
      ClientCall<Q, A> call =
          endpoint
              .channel()
              .newCall(
                  method,
                  CallOptions.DEFAULT
                      .withDeadlineAfter(leftNanos, TimeUnit.NANOSECONDS)
                      .withStreamTracerFactory(tracker));
      underWay = call;
      call.start(
          new ClientCall.Listener<A>() {
            private A message;

            @Override
            public void onMessage(A received) {
              message = received;
              if (!isUnary) {
                // One answer is all that is wanted of the stream.
                succeed(received);
                call.cancel("answered", null);
              }
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              if (!isUnary && message != null) {
                return;
              }
              if (status.isOk() && message != null) {
                succeed(message);
              } else {
                fail(endpoint, tracker, status.isOk() ? withoutMessage() : status);
              }
            }
          },
          new Metadata());
      call.sendMessage(request);
      if (isUnary) {
        call.halfClose();
      }
      call.request(2);
    }

    private Status withoutMessage() {
      return Status.INTERNAL.withDescription("the server answered without a message");
    }

    private void succeed(A message) {
      try {
        result.complete(answer.apply(message));
      } catch (RuntimeException e) {
        result.completeExceptionally(e);
      }
    }

    private void fail(Endpoint endpoint, SendTracker tracker, Status status) {
      Verdict verdict =
          effect == Effect.READS
              ? Verdict.ofRead(status)
              : Verdict.ofWrite(status, tracker.maybeSent(), tracker.answered());
      switch (verdict) {
        case TRY_NEXT -> tryNext(endpoint, status);
        case FAILED -> result.completeExceptionally(failure(status));
        case OUTCOME_UNKNOWN -> {
          endpoints.moveOnFrom(endpoint);
          result.completeExceptionally(Errors.outcomeUnknown(status));
        }
      }
    }

    /** Out of time after earlier refusals: those are the reason worth telling. */
    private EtcdException failure(Status status) {
      boolean outOfTime = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
      return outOfTime && lastStatus != null ? Errors.outOfTime(lastStatus) : Errors.of(status);
    }

    private void tryNext(Endpoint failed, Status status) {
      lastStatus = status;
      attempts++;
      int choices = onlyEndpoint != null ? 1 : endpoints.size();
      if (onlyEndpoint == null) {
        endpoints.moveOnFrom(failed);
      }
      long waitMillis = Backoff.beforeAttemptMillis(attempts, choices);
      if (waitMillis == 0) {
        attempt();
      } else {
        later(waitMillis);
      }
    }

    private void later(long waitMillis) {
      try {
        timer.schedule(this::attempt, waitMillis, TimeUnit.MILLISECONDS);
      } catch (java.util.concurrent.RejectedExecutionException e) {
        result.completeExceptionally(Errors.of(lastStatus));
      }
    }
  }
}
