package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.PutOp;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Puts random keys of 256 bytes, with so many under way at once, and measures each. */
final class PutLoad {
  private static final int KEY_BYTES = 256;

  /**
   * What became of it.
   *
   * @param perSecond puts that were done, per second
   * @param slowestSeconds the longest one
   * @param stddevSeconds how much they differ
   * @param errors how many failed
   * @param lastError why the last of them did
   */
  record Result(
      double perSecond,
      double slowestSeconds,
      double stddevSeconds,
      long errors,
      String lastError) {}

  private final KelsonClient client;
  private final Bytes prefix;
  private final int concurrent;
  private final Semaphore free;
  private final Progress progress;
  private final Random random = new Random();
  private final Bytes value;
  private long done;
  private double sumSeconds;
  private double sumOfSquares;
  private double slowestSeconds;
  private long errors;
  private String lastError = "";

  PutLoad(KelsonClient client, Bytes prefix, int valueBytes, int concurrent, Progress progress) {
    this.client = client;
    this.prefix = prefix;
    this.concurrent = concurrent;
    this.free = new Semaphore(concurrent);
    this.progress = progress;
    this.value = randomText(valueBytes);
  }

  /** At most {@code perSecond} puts a second, for so long. */
  Result atRate(int perSecond, Duration duration) throws InterruptedException {
    long start = System.nanoTime();
    long all = Math.max(1, perSecond * duration.toMillis() / 1000);
    long nanosPerPut = TimeUnit.SECONDS.toNanos(1) / perSecond;
    for (long i = 0; i < all; i++) {
      long waitNanos = start + i * nanosPerPut - System.nanoTime();
      if (waitNanos > 0) {
        TimeUnit.NANOSECONDS.sleep(waitNanos);
      }
      if (System.nanoTime() - start > duration.toNanos()) {
        break;
      }
      put(all - i - 1);
    }
    return result(start);
  }

  /** So many puts as fast as they go. */
  Result many(long puts) throws InterruptedException {
    long start = System.nanoTime();
    for (long i = 0; i < puts; i++) {
      put(puts - i - 1);
    }
    return result(start);
  }

  private void put(long remaining) throws InterruptedException {
    free.acquire();
    progress.now(1, remaining);
    PutOp op = PutOp.of(prefix.concat(randomText(KEY_BYTES)), value);
    long start = System.nanoTime();
    client
        .putAsync(op)
        .whenComplete(
            (result, failure) -> {
              count((System.nanoTime() - start) / 1e9, failure);
              free.release();
            });
  }

  private synchronized void count(double seconds, Throwable failure) {
    if (failure != null) {
      errors++;
      lastError = failure instanceof EtcdException e ? e.text() : failure.toString();
      return;
    }
    done++;
    sumSeconds += seconds;
    sumOfSquares += seconds * seconds;
    slowestSeconds = Math.max(slowestSeconds, seconds);
  }

  private Result result(long startNanos) throws InterruptedException {
    free.acquire(concurrent);
    double elapsed = (System.nanoTime() - startNanos) / 1e9;
    synchronized (this) {
      double mean = done == 0 ? 0 : sumSeconds / done;
      double variance = done == 0 ? 0 : Math.max(0, sumOfSquares / done - mean * mean);
      return new Result(done / elapsed, slowestSeconds, Math.sqrt(variance), errors, lastError);
    }
  }

  private Bytes randomText(int length) {
    byte[] text = new byte[length];
    for (int i = 0; i < length; i++) {
      text[i] = (byte) ('a' + random.nextInt(26));
    }
    return Bytes.of(text);
  }
}
