package io.kelson.examples.orchestrator.parts;

import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import io.kelson.client.coordination.Election;
import io.kelson.client.coordination.Held;
import io.kelson.client.coordination.Session;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs for an office again and again, and does its duty whenever it has it. Any number may run: one
 * serves, the others wait for its session to end. Thread-safe.
 */
public final class Candidate implements AutoCloseable {
  /** After a failure, before the next try. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final KelsonClient client;
  private final Bytes election;
  private final String name;
  private final long ttlSeconds;
  private final Duty duty;
  private final Consumer<String> log;
  private final Semaphore bell = new Semaphore(0);
  private final Thread thread;
  private volatile CompletableFuture<Held> campaign = new CompletableFuture<>();
  private volatile boolean closing;

  /** What the one who is elected does. */
  @FunctionalInterface
  public interface Duty {
    /** Returns when {@code office} is over; what it throws ends the term. */
    void serve(Office office) throws InterruptedException;
  }

  private Candidate(
      KelsonClient client,
      Bytes election,
      String name,
      long ttlSeconds,
      Duty duty,
      Consumer<String> log) {
    this.client = client;
    this.election = election;
    this.name = name;
    this.ttlSeconds = ttlSeconds;
    this.duty = duty;
    this.log = log;
    this.thread = new Thread(this::run, name);
  }

  /**
   * Starts to run for office, in a thread of its own.
   *
   * @param ttlSeconds how long the office stays empty when its holder dies without a word
   */
  public static Candidate start(
      KelsonClient client,
      Bytes election,
      String name,
      long ttlSeconds,
      Duty duty,
      Consumer<String> log) {
    Candidate candidate = new Candidate(client, election, name, ttlSeconds, duty, log);
    candidate.thread.start();
    return candidate;
  }

  private void run() {
    try {
      while (!closing) {
        try {
          serveOnce();
        } catch (RuntimeException e) {
          // Whatever it was, a lost connection or a lost office, the remedy is to run again.
          if (!closing) {
            log.accept("is out of office: " + e.getMessage());
            bell.tryAcquire(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serveOnce() throws InterruptedException {
    try (Session session = Session.open(client, ttlSeconds)) {
      campaign = new Election(client, election).campaignAsync(session, Bytes.utf8(name));
      if (closing) {
        // close() may have cancelled the one before.
        campaign.cancel(true);
      }
      try (Held held = campaign.join()) {
        log.accept("leads (fence " + held.fence() + ")");
        session.lost().thenRun(bell::release);
        duty.serve(new Office(held));
      }
    }
  }

  /** Resigns and waits until that is done. Idempotent. */
  @Override
  public void close() {
    closing = true;
    campaign.cancel(true);
    bell.release();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The office, for as long as it is held. */
  public final class Office {
    private final Held held;

    private Office(Held held) {
      this.held = held;
    }

    /** What transactions compare: only that is sure. */
    public Held held() {
      return held;
    }

    /** Whether to go on: nothing is known against it. */
    public boolean open() {
      return !closing && held.likelyHeld();
    }

    /** Ends the {@link #pause} under way, or the next. */
    public void wake() {
      bell.release();
    }

    /** Waits until somebody wakes it, at most that long. */
    public void pause(Duration atMost) throws InterruptedException {
      bell.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS);
      // What is looked at from here on is newer than all that rang.
      bell.drainPermits();
    }
  }
}
