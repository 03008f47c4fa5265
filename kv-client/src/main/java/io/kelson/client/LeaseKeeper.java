package io.kelson.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseKeepAliveResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Renews any number of leases over one stream, each at a third of its time to live.
 *
 * <p>One task on the timer looks ten times a second at the head of a queue ordered by when leases
 * are due, so a tick costs what it sends and not what there is. An answer counts from when the
 * oldest unanswered request for that lease was sent: never later than the server counts.
 *
 * <p>A stream that broke, or on which nothing came for a third of a due lease's life, is replaced
 * by one to the next endpoint, and everything that was not answered is sent again there.
 * Thread-safe: all state is guarded by this; losses are told outside.
 */
final class LeaseKeeper {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
  private static final long TICK_MILLIS = 100;
  private static final long SOONEST_RESEND_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long UNKNOWN = -1;

  private final Endpoints endpoints;
  private final ScheduledExecutorService timer;
  private final Executor callbacks;
  private final Tokens tokens;
  private final Backoff backoff;

  private final Map<Long, Kept> kept = new HashMap<>();
  private final PriorityQueue<Slot> queue =
      new PriorityQueue<>((a, b) -> Long.signum(a.atNanos - b.atNanos));
  private Stream stream;
  private int failures;
  private boolean opening;
  private boolean ticking;
  private boolean closed;

  LeaseKeeper(Endpoints endpoints, Connections connections, UnaryCalls calls) {
    this.endpoints = endpoints;
    this.timer = connections.timer();
    this.callbacks = connections.callbacks();
    this.tokens = calls.tokens();
    this.backoff = calls.backoff();
  }

  /** One lease and all who want it kept. */
  private static final class Kept {
    private final long id;
    private final List<KeptLease> handles = new ArrayList<>(1);
    private long ttlNanos;
    private boolean hasDeadline;
    private long aliveUntilNanos;
    private boolean unanswered;
    private long unansweredSinceNanos;
    private long dueNanos;

    Kept(long id, long ttlNanos) {
      this.id = id;
      this.ttlNanos = ttlNanos;
    }
  }

  /** A place in the queue; it is void if the lease is due at another time by now. */
  private record Slot(Kept lease, long atNanos) {}

  /**
   * Begins to keep a lease.
   *
   * @param ttlSeconds how long it has to live; not positive when the caller does not know: then
   *     only the server's word can end it before the first answer
   */
  KeptLease keep(long id, long ttlSeconds) {
    KeptLease handle = new KeptLease(this, id);
    long now = System.nanoTime();
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("the client is closed");
      }
      Kept lease = kept.get(id);
      if (lease == null) {
        lease = new Kept(id, ttlSeconds > 0 ? TimeUnit.SECONDS.toNanos(ttlSeconds) : UNKNOWN);
        if (ttlSeconds > 0) {
          lease.hasDeadline = true;
          lease.aliveUntilNanos = now + lease.ttlNanos;
        }
        kept.put(id, lease);
        due(lease, now);
      }
      lease.handles.add(handle);
      if (!ticking) {
        ticking = true;
        timer.execute(this::tick);
      }
    }
    return handle;
  }

  synchronized void release(KeptLease handle) {
    Kept lease = kept.get(handle.id());
    if (lease != null && lease.handles.remove(handle) && lease.handles.isEmpty()) {
      kept.remove(handle.id());
    }
  }

  /** Ends the stream; what is kept then counts as neither lost nor alive. */
  synchronized void close() {
    closed = true;
    kept.clear();
    queue.clear();
    if (stream != null) {
      stream.drop("the client is closed");
    }
  }

  private void due(Kept lease, long atNanos) {
    lease.dueNanos = atNanos;
    queue.add(new Slot(lease, atNanos));
  }

  private void tick() {
    List<KeptLease> lost = new ArrayList<>();
    boolean open;
    synchronized (this) {
      if (kept.isEmpty()) {
        ticking = false;
        queue.clear();
        if (stream != null) {
          stream.drop("nothing is kept");
        }
        return;
      }
      renewDue(System.nanoTime(), lost);
      open = stream == null && !opening;
      opening |= open;
    }
    tell(lost);
    if (open) {
      open();
    }
    schedule(this::tick, TICK_MILLIS);
  }

  private void schedule(Runnable task, long millis) {
    try {
      timer.schedule(task, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      close();
    }
  }

  private void renewDue(long now, List<KeptLease> lost) {
    boolean stuck = false;
    while (!queue.isEmpty() && queue.peek().atNanos - now <= 0) {
      Slot slot = queue.poll();
      Kept lease = slot.lease;
      if (lease.dueNanos != slot.atNanos || kept.get(lease.id) != lease) {
        continue;
      }
      if (lease.hasDeadline && lease.aliveUntilNanos - now <= 0) {
        kept.remove(lease.id);
        lost.addAll(lease.handles);
        continue;
      }
      if (stream != null) {
        stuck |= isStuck(lease, now);
        send(lease, now);
      }
      due(lease, now + resendNanos(lease, now));
    }
    if (stuck) {
      stream.replace();
    }
  }

  /** Asked again, and in time to notice the end; soon if there was nowhere to send it. */
  private long resendNanos(Kept lease, long now) {
    long wait =
        stream == null ? SOONEST_RESEND_NANOS : Math.max(lease.ttlNanos / 6, SOONEST_RESEND_NANOS);
    return lease.hasDeadline ? Math.min(wait, Math.max(1, lease.aliveUntilNanos - now)) : wait;
  }

  private boolean isStuck(Kept lease, long now) {
    long patience = Math.max(lease.ttlNanos / 3, SOONEST_RESEND_NANOS);
    return lease.unanswered
        && now - lease.unansweredSinceNanos >= patience
        && now - stream.lastHeardNanos >= patience;
  }

  private void send(Kept lease, long now) {
    if (!lease.unanswered) {
      lease.unanswered = true;
      lease.unansweredSinceNanos = now;
    }
    stream.call.sendMessage(LeaseKeepAliveRequest.newBuilder().setID(lease.id).build());
  }

  private void tell(List<KeptLease> lost) {
    lost.forEach(handle -> handle.lose(callbacks));
  }

  private void open() {
    String token = tokens.current();
    if (token == null) {
      openWithNew(null);
      return;
    }
    try {
      start(token);
    } catch (IllegalStateException e) {
      close();
    }
  }

  private void openWithNew(String stale) {
    tokens
        .renew(stale)
        .whenComplete(
            (token, failure) -> {
              if (failure == null) {
                open();
              } else {
                retry();
              }
            });
  }

  private void start(String token) {
    Endpoint endpoint = endpoints.current();
    Metadata headers = new Metadata();
    headers.put(HAS_LEADER, "true");
    Tokens.put(headers, token);
    synchronized (this) {
      opening = false;
      if (closed || kept.isEmpty()) {
        return;
      }
      ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call =
          endpoint.channel().newCall(LeaseGrpc.getLeaseKeepAliveMethod(), CallOptions.DEFAULT);
      Stream opened = new Stream(endpoint, token, call);
      call.start(opened, headers);
      call.request(1);
      stream = opened;
      long now = System.nanoTime();
      for (Kept lease : kept.values()) {
        if (lease.unanswered || lease.dueNanos - now <= 0) {
          due(lease, now);
        }
      }
    }
  }

  private void retry() {
    long waitMillis;
    synchronized (this) {
      opening = true;
      failures++;
      waitMillis = backoff.beforeAttemptMillis(failures, endpoints.size());
    }
    schedule(this::open, waitMillis);
  }

  /** What one stream brings. */
  private final class Stream extends ClientCall.Listener<LeaseKeepAliveResponse> {
    private final Endpoint endpoint;
    private final String token;
    private final ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call;
    private long lastHeardNanos = System.nanoTime();
    private boolean dropped;

    Stream(
        Endpoint endpoint,
        String token,
        ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call) {
      this.endpoint = endpoint;
      this.token = token;
      this.call = call;
    }

    /** Ends it without a successor. Called with the keeper's lock held. */
    private void drop(String why) {
      dropped = true;
      stream = null;
      call.cancel(why, null);
    }

    /** Ends it; its successor is opened when it is closed. Called with the keeper's lock held. */
    private void replace() {
      stream = null;
      opening = true;
      call.cancel("no keep-alive is answered", null);
    }

    @Override
    public void onMessage(LeaseKeepAliveResponse response) {
      List<KeptLease> lost = new ArrayList<>();
      synchronized (LeaseKeeper.this) {
        failures = 0;
        lastHeardNanos = System.nanoTime();
        answered(response, lastHeardNanos, lost);
      }
      endpoint.noteSuccess();
      tell(lost);
      try {
        call.request(1);
      } catch (RejectedExecutionException closed) {
        // The client was closed in this very moment: there is nobody left to hear the next.
        LeaseKeeper.this.close();
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      synchronized (LeaseKeeper.this) {
        if (stream == this) {
          stream = null;
        }
        if (dropped) {
          return;
        }
        opening = true;
      }
      if (tokens.renewsAfter(status.getDescription()) && token.equals(tokens.current())) {
        openWithNew(token);
      } else {
        endpoints.moveOnFrom(endpoint);
        retry();
      }
    }
  }

  private void answered(LeaseKeepAliveResponse response, long now, List<KeptLease> lost) {
    Kept lease = kept.get(response.getID());
    if (lease == null) {
      return;
    }
    if (response.getTTL() <= 0) {
      kept.remove(lease.id);
      lost.addAll(lease.handles);
      return;
    }
    lease.ttlNanos = TimeUnit.SECONDS.toNanos(response.getTTL());
    long countsFrom = lease.unanswered ? lease.unansweredSinceNanos : now;
    lease.unanswered = false;
    lease.aliveUntilNanos = countsFrom + lease.ttlNanos;
    lease.hasDeadline = true;
    due(lease, now + lease.ttlNanos / 3);
  }
}
