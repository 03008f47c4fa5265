package io.kelson.chaos;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kelson.api.AuthenticateRequest;
import io.kelson.chaos.Certificates.FileSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLException;

/**
 * Puts under {@code app/} while certificates change: for each member one thread whose connection
 * stays and one that connects anew, with the files as they are then, every few puts.
 *
 * <p>Every key is put once, so that each acknowledged one can be looked for at the end.
 */
final class SecureLoad implements AutoCloseable {
  private static final int PUTS_A_CONNECTION = 10;
  private static final long PAUSE_NANOS = Duration.ofMillis(2).toNanos();
  private static final long PAUSE_AFTER_ERROR_NANOS = Duration.ofMillis(20).toNanos();

  private final FileSet files;
  private final String password;
  private volatile String token;
  private final Map<String, String> acked = new ConcurrentHashMap<>();
  private final Map<String, Long> errors = new ConcurrentHashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<AtomicLong> counts = new ArrayList<>();
  private volatile boolean stop;

  /**
   * @param files of the application user, read at every new connection, whose name says who it is
   * @param password of the same user, to log in again when a token is no longer known
   * @param token of the same user, for the connections that stay
   */
  SecureLoad(FileSet files, String password, String token) {
    this.files = files;
    this.password = password;
    this.token = token;
  }

  void start(List<SecureNode> nodes) {
    for (SecureNode node : nodes) {
      start(node, false);
      start(node, true);
    }
  }

  private void start(SecureNode node, boolean anew) {
    AtomicLong count = new AtomicLong();
    counts.add(count);
    String name = node.name() + (anew ? "/new" : "/old");
    Thread thread = new Thread(() -> run(node, anew, name, count), "load-" + name);
    threads.add(thread);
    thread.start();
  }

  private void run(SecureNode node, boolean anew, String name, AtomicLong count) {
    SecureClient client = connect(node, anew);
    try {
      for (int i = 0; !stop; i++) {
        if (anew && i % PUTS_A_CONNECTION == 0) {
          client.close();
          client = connect(node, true);
        }
        if (!put(node, client, String.format("app/load/%s/%06d", name, i), count)) {
          // As clients do that are told of new files: who has to connect again reads them again.
          client.close();
          client = connect(node, anew);
        }
      }
    } finally {
      client.close();
    }
  }

  private SecureClient connect(SecureNode node, boolean anew) {
    SecureClient client = SecureClient.of(node.clientPort(), files);
    return anew ? client : client.withToken(token);
  }

  /** A member that was started again has forgotten the token, as etcd's do: a new one is needed. */
  private void loginAnew(SecureNode node, SecureClient client) {
    AuthenticateRequest request =
        AuthenticateRequest.newBuilder().setName("app").setPassword(password).build();
    try {
      token = client.auth().authenticate(request).getToken();
    } catch (StatusRuntimeException e) {
      count(node, e);
    }
  }

  /** Whether it was acknowledged. */
  private boolean put(SecureNode node, SecureClient client, String key, AtomicLong count) {
    String value = "value of " + key;
    try {
      client.put(key, value);
      acked.put(key, value);
      count.incrementAndGet();
      LockSupport.parkNanos(PAUSE_NANOS);
      return true;
    } catch (StatusRuntimeException e) {
      count(node, e);
      LockSupport.parkNanos(PAUSE_AFTER_ERROR_NANOS);
      if (e.getStatus().getCode() == Status.Code.UNAUTHENTICATED) {
        loginAnew(node, client);
      }
      return false;
    }
  }

  private void count(SecureNode node, StatusRuntimeException error) {
    errors.merge(node.name() + ": " + kind(error), 1L, Long::sum);
  }

  private static String kind(StatusRuntimeException error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return "TLS: " + cause.getMessage();
      }
    }
    String text = error.getStatus().getDescription();
    String first = text == null ? "" : text.lines().findFirst().orElse("");
    return error.getStatus().getCode() + ": " + first;
  }

  /** Waits for so many more acknowledgements on every single connection. */
  void awaitEach(String when, long more, Duration bound) {
    List<Long> targets = counts.stream().map(count -> count.get() + more).toList();
    try {
      awaitEach(more + " more puts by every client " + when, targets, bound);
    } catch (IllegalStateException e) {
      throw new IllegalStateException(e.getMessage() + "; errors: " + errors(), e);
    }
  }

  private void awaitEach(String what, List<Long> targets, Duration bound) {
    Await.until(
        what,
        bound,
        () -> {
          for (int i = 0; i < targets.size(); i++) {
            if (counts.get(i).get() < targets.get(i)) {
              if (!threads.get(i).isAlive()) {
                throw new IllegalStateException(threads.get(i).getName() + " has ended");
              }
              return false;
            }
          }
          return true;
        });
  }

  /** Stops and waits for every thread. */
  void stop() throws InterruptedException {
    stop = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** What was acknowledged; complete once stopped. */
  Map<String, String> acked() {
    return acked;
  }

  /** How many failed, by the member asked and the kind of failure. */
  Map<String, Long> errors() {
    return new TreeMap<>(errors);
  }

  @Override
  public void close() {
    stop = true;
    threads.forEach(Thread::interrupt);
  }
}
