package io.kelson.chaos.workload;

import io.kelson.chaos.Login;
import io.kelson.chaos.check.Checker;
import io.kelson.client.AuthCalls;
import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;

/**
 * Rights that come and go: every fourth client is an administrator, the others are users who try
 * what they may and what they may not. All of it while authentication is on.
 */
final class AuthWorkload extends JudgedWorkload {
  private static final int USERS = 4;
  private static final int PLACES = 2 * USERS;
  private static final int ADMINISTRATOR_EACH = 4;
  private static final int KEYS = 4;

  /** Each change makes those sign in again whose writes it overtakes: not too often. */
  private static final int PAUSE_MILLIS = 200;

  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(2);

  private final ClientIds administrators = new ClientIds();
  private final ClientIds users = new ClientIds();
  private final ClientIds numbers = new ClientIds();
  private final AtomicReferenceArray<AuthPlace> places = new AtomicReferenceArray<>(PLACES);

  /** The places that nobody is changing: a place sees one change after the other. */
  private final Queue<Integer> free = new ConcurrentLinkedQueue<>();

  AuthWorkload(Checker... checkers) {
    super("auth", "permissions and roles granted and revoked while users read and write", checkers);
  }

  /** Nearly half of what users try is denied, and does not count. */
  @Override
  public double leastPerSecond() {
    return 5;
  }

  @Override
  public void prepare(Session session) throws InterruptedException {
    try (KelsonClient client = root(session)) {
      AuthCalls auth = client.auth();
      add(auth, Login.ROOT);
      done(() -> auth.userGrantRole(Login.ROOT.user(), "root"), "never", "root is root");
      for (int user = 0; user < USERS; user++) {
        add(auth, login(user));
      }
      for (int place = 0; place < PLACES; place++) {
        places.set(place, AuthPlace.of(login(place % USERS), numbers.next()));
        free.add(place);
      }
      done(auth::enable, "never", "authentication is on");
    }
  }

  @Override
  public void finish(Session session) throws InterruptedException {
    try (KelsonClient client = root(session)) {
      done(client.auth()::disable, "not enabled", "authentication is off");
    }
  }

  private static KelsonClient root(Session session) {
    return KelsonClient.builder()
        .endpoints(session.cluster().endpoints())
        .credentials(Login.ROOT.user(), Login.ROOT.password())
        .requestTimeout(CALL_TIMEOUT)
        .build();
  }

  private static Login login(int user) {
    return new Login("user" + user, "password" + user);
  }

  private static void add(AuthCalls auth, Login login) throws InterruptedException {
    done(
        () -> auth.userAdd(login.user(), login.password()),
        "already exists",
        "there is a user " + login.user());
  }

  /** Makes a call that can be repeated until it is done, or refused because it has been. */
  private static void done(Runnable call, String already, String what) throws InterruptedException {
    Retry.until(
        () -> {
          try {
            call.run();
            return true;
          } catch (EtcdException e) {
            return e.text().contains(already);
          }
        },
        what);
  }

  @Override
  public void work(Session session, int index) throws InterruptedException {
    if (index % ADMINISTRATOR_EACH == 0) {
      administer(session, index);
    } else {
      use(session, index);
    }
  }

  private void administer(Session session, int index) throws InterruptedException {
    RandomGenerator random = session.random(index);
    KelsonClient connection = session.recorder(index, Login.ROOT).client();
    AuthClient calls = new AuthClient(session.history(), connection, administrators);
    AuthAdministrator administrator =
        new AuthAdministrator(calls, random, numbers, session.prefix());
    while (session.goesOn()) {
      Thread.sleep(random.nextInt(PAUSE_MILLIS));
      Integer place = free.poll();
      if (place != null) {
        places.set(place, administrator.change(places.get(place)));
        free.add(place);
      }
    }
  }

  private void use(Session session, int index) {
    int user = (int) (users.next() % USERS);
    Recorder recorder = session.recorder(index, login(user));
    RandomGenerator random = session.random(index);
    Values values = new Values(index);
    while (session.goesOn()) {
      boolean own = random.nextInt(8) != 0;
      int place = own ? user + USERS * random.nextInt(PLACES / USERS) : random.nextInt(PLACES);
      Bytes prefix = places.get(place).prefix(session.prefix());
      recorder.txn(call(prefix, random, values));
    }
  }

  private static TxnOp call(Bytes prefix, RandomGenerator random, Values values) {
    Bytes key = prefix.concat(Bytes.utf8("k" + random.nextInt(KEYS)));
    int choice = random.nextInt(100);
    if (choice < 20) {
      return Calls.get(key);
    } else if (choice < 35) {
      return Calls.list(prefix);
    } else if (choice < 70) {
      return Calls.put(key, values.next());
    } else if (choice < 80) {
      return Calls.single(PutOp.builder(key, values.next()).prevKv(true).build());
    } else if (choice < 85) {
      return Calls.single(DeleteOp.key(key));
    }
    return TxnOp.builder()
        .when(Compare.version(key, Compare.Relation.EQUAL, 0))
        .then(PutOp.of(key, values.next()))
        .otherwise(RangeOp.key(key))
        .build();
  }
}
