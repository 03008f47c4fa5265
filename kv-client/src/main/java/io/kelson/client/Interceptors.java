package io.kelson.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tells interceptors of requests; costs nothing when there are none. */
final class Interceptors {
  private static final System.Logger LOG = System.getLogger(CallInterceptor.class.getName());

  private final List<CallInterceptor> interceptors;

  Interceptors(List<CallInterceptor> interceptors) {
    this.interceptors = List.copyOf(interceptors);
  }

  /** Tells them that a request begins; null when nobody wants to know. */
  Observation begin(String method, boolean writes) {
    if (interceptors.isEmpty()) {
      return null;
    }
    Observation observation = new Observation(new CallInterceptor.Call(method, writes));
    interceptors.forEach(interceptor -> guarded(() -> interceptor.before(observation.call)));
    return observation;
  }

  /** One request that is under way. */
  final class Observation {
    private final CallInterceptor.Call call;
    private final long startNanos = System.nanoTime();
    private final AtomicBoolean over = new AtomicBoolean();

    private Observation(CallInterceptor.Call call) {
      this.call = call;
    }

    /** Tells them that it is over; only the first time counts. */
    void end(Throwable failure) {
      if (over.compareAndSet(false, true)) {
        Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
        interceptors.forEach(interceptor -> guarded(() -> interceptor.after(call, failure, took)));
      }
    }
  }

  private static void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "an interceptor failed; the request goes on", e);
    }
  }
}
