package io.kelson.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.kelson.api.AuthGrpc;
import io.kelson.api.AuthenticateRequest;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.StatusRequest;
import java.util.concurrent.CancellationException;
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

  /** How often a request fetches a new token before the refusal counts. */
  private static final int MOST_RENEWALS = 2;

  /** For ever, as far as anybody is concerned. */
  private static final long PATIENT_NANOS = TimeUnit.DAYS.toNanos(3650);

  private final Endpoints endpoints;
  private final ScheduledExecutorService timer;
  private final long timeoutNanos;
  private final Backoff backoff;
  private final Tokens tokens;
  private final Interceptors interceptors;
  private final LeaderFinder leaders;

  UnaryCalls(Endpoints endpoints, ScheduledExecutorService timer, KelsonClientBuilder options) {
    this.endpoints = endpoints;
    this.timer = timer;
    this.timeoutNanos = options.requestTimeout().toNanos();
    this.backoff = new Backoff(options.retryPolicy());
    this.tokens = options.tokens(() -> authenticate(options));
    this.interceptors = new Interceptors(options.interceptors());
    this.leaders = options.writesToLeader() ? new LeaderFinder(endpoints, this::status) : null;
  }

  Backoff backoff() {
    return backoff;
  }

  Tokens tokens() {
    return tokens;
  }

  private CompletableFuture<AuthToken> authenticate(KelsonClientBuilder options) {
    AuthenticateRequest request =
        AuthenticateRequest.newBuilder()
            .setName(options.user())
            .setPassword(options.password())
            .build();
    return call(AuthGrpc.getAuthenticateMethod(), request, Effect.READS, WireAuth::token);
  }

  private CompletableFuture<EndpointStatus> status(Endpoint endpoint) {
    return callAt(
        endpoint,
        MaintenanceGrpc.getStatusMethod(),
        StatusRequest.getDefaultInstance(),
        Effect.READS,
        WireMaintenance::status);
  }

  /** Asks whichever endpoint will answer. */
  <Q, A, R> CompletableFuture<R> call(
      MethodDescriptor<Q, A> method, Q request, Effect effect, Function<A, R> answer) {
    Request<Q, A, R> call = new Request<>(method, request, effect, answer, null, timeoutNanos);
    return call.start();
  }

  /** The same for a request whose answer may take as long as it likes. */
  <Q, A, R> CompletableFuture<R> callPatiently(
      MethodDescriptor<Q, A> method, Q request, Effect effect, Function<A, R> answer) {
    return new Request<>(method, request, effect, answer, null, PATIENT_NANOS).start();
  }

  /** Asks {@code endpoint} and no other. */
  <Q, A, R> CompletableFuture<R> callAt(
      Endpoint endpoint,
      MethodDescriptor<Q, A> method,
      Q request,
      Effect effect,
      Function<A, R> answer) {
    Request<Q, A, R> call = new Request<>(method, request, effect, answer, endpoint, timeoutNanos);
    return call.start();
  }

  /** One request through all its attempts; only one attempt is under way at a time. */
  private final class Request<Q, A, R> {
    private final MethodDescriptor<Q, A> method;
    private final Q request;
    private final Effect effect;
    private final Function<A, R> answer;
    private final Endpoint onlyEndpoint;
    private final long deadlineNanos;
    private final CompletableFuture<R> result = new CompletableFuture<>();
    private final boolean isUnary;
    private final boolean needsToken;
    private volatile ClientCall<Q, A> underWay;
    private int attempts;
    private int renewals;
    private Status lastStatus;
    private Interceptors.Observation observation;

    Request(
        MethodDescriptor<Q, A> method,
        Q request,
        Effect effect,
        Function<A, R> answer,
        Endpoint onlyEndpoint,
        long timeoutNanos) {
      this.deadlineNanos = System.nanoTime() + timeoutNanos;
      this.method = method;
      this.isUnary = method.getType() == MethodDescriptor.MethodType.UNARY;
      this.needsToken = method != AuthGrpc.getAuthenticateMethod();
      this.request = request;
      this.effect = effect;
      this.answer = answer;
      this.onlyEndpoint = onlyEndpoint;
      result.whenComplete((value, error) -> cancelIfAbandoned());
    }

    CompletableFuture<R> start() {
      observation = interceptors.begin(method.getFullMethodName(), effect == Effect.WRITES);
      attempt();
      return result;
    }

    private void succeedWith(R value) {
      // Interceptors first: who waits for the result may look at what they recorded.
      if (observation != null) {
        observation.end(null);
      }
      result.complete(value);
    }

    private void failWith(Throwable failure) {
      if (observation != null) {
        observation.end(failure);
      }
      result.completeExceptionally(failure);
    }

    private void cancelIfAbandoned() {
      if (!result.isCancelled()) {
        return;
      }
      if (observation != null) {
        observation.end(new CancellationException("abandoned by the caller"));
      }
      ClientCall<Q, A> call = underWay;
      if (call != null) {
        call.cancel("abandoned by the caller", null);
      }
    }

    void attempt() {
      if (result.isDone()) {
        return;
      }
      long leftNanos = deadlineNanos - System.nanoTime();
      if (leftNanos <= 0) {
        failWith(Errors.outOfTime(lastStatus));
        return;
      }
      try {
        String token = needsToken ? tokens.current() : "";
        if (token == null) {
          attemptWithNew(null);
        } else {
          send(leftNanos, token);
        }
      } catch (RuntimeException e) {
        failWith(e);
      }
    }

    private void attemptWithNew(String stale) {
      tokens
          .renew(stale)
          .whenComplete(
              (token, failure) -> {
                if (failure == null) {
                  attempt();
                } else {
                  failWith(failure);
                }
              });
    }

    private Endpoint choose() {
      if (onlyEndpoint != null) {
        return onlyEndpoint;
      }
      boolean toLeader = leaders != null && effect == Effect.WRITES && attempts == 0;
      return toLeader ? leaders.forWrite() : endpoints.current();
    }

    private void send(long leftNanos, String token) {
      Endpoint endpoint = choose();
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
                endpoint.noteSuccess();
                succeed(message);
              } else {
                fail(endpoint, token, tracker, status.isOk() ? withoutMessage() : status);
              }
            }
          },
          headers(token));
      call.sendMessage(request);
      if (isUnary) {
        call.halfClose();
      }
      call.request(2);
    }

    private Metadata headers(String token) {
      Metadata headers = new Metadata();
      Tokens.put(headers, token);
      return headers;
    }

    private Status withoutMessage() {
      return Status.INTERNAL.withDescription("the server answered without a message");
    }

    private void succeed(A message) {
      try {
        succeedWith(answer.apply(message));
      } catch (RuntimeException e) {
        failWith(e);
      }
    }

    private void fail(Endpoint endpoint, String token, SendTracker tracker, Status status) {
      // The server looks at the token before it does anything.
      boolean renews = needsToken && tokens.renewsAfter(status.getDescription());
      if (renews && renewals < MOST_RENEWALS) {
        renewals++;
        attemptWithNew(token);
        return;
      }
      Verdict verdict =
          effect == Effect.READS
              ? Verdict.ofRead(status)
              : Verdict.ofWrite(status, tracker.maybeSent(), tracker.answered());
      switch (verdict) {
        case TRY_NEXT -> tryNext(endpoint, status);
        case FAILED -> failWith(failure(status));
        case OUTCOME_UNKNOWN -> {
          moveOnFrom(endpoint);
          failWith(Errors.outcomeUnknown(status));
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
      moveOnFrom(failed);
      if (!backoff.mayAttempt(attempts)) {
        failWith(Errors.of(status));
        return;
      }
      long waitMillis = backoff.beforeAttemptMillis(attempts, choices);
      if (waitMillis == 0) {
        attempt();
      } else {
        later(waitMillis);
      }
    }

    private void moveOnFrom(Endpoint failed) {
      if (leaders != null) {
        leaders.failed(failed);
      }
      if (onlyEndpoint == null) {
        endpoints.moveOnFrom(failed);
      }
    }

    private void later(long waitMillis) {
      try {
        timer.schedule(this::attempt, waitMillis, TimeUnit.MILLISECONDS);
      } catch (java.util.concurrent.RejectedExecutionException e) {
        failWith(Errors.of(lastStatus));
      }
    }
  }
}
