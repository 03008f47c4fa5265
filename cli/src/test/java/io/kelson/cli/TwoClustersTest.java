package io.kelson.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import io.kelson.client.RangeOp;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchListener;
import io.kelson.client.WatchOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What works with two clusters at once, on two etcds; and the shell, since one is there. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class TwoClustersTest {
  @TempDir Path folder;
  private StockEtcd here;
  private StockEtcd there;

  private record Outcome(String output, String errors, int exitCode) {}

  @BeforeEach
  void start() throws Exception {
    Optional<Path> etcd = StockEtcd.program("KELSON_ETCD", "etcd");
    Assumptions.assumeTrue(etcd.isPresent(), "skipped: no etcd on the PATH");
    here = started(etcd.get(), "here");
    there = started(etcd.get(), "there");
  }

  private StockEtcd started(Path etcd, String name) throws Exception {
    Path data = Files.createDirectory(folder.resolve(name));
    return StockEtcd.start(etcd, data, StockEtcd.freePort(), StockEtcd.freePort());
  }

  @AfterEach
  void stop() {
    for (StockEtcd server : new StockEtcd[] {here, there}) {
      if (server != null) {
        server.close();
      }
    }
  }

  private Outcome run(String line) {
    return run(line, "");
  }

  private Outcome run(String line, String input) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    Console console = new Console(new ByteArrayInputStream(input.getBytes(UTF_8)), output, errors);
    String filled = line.replace("THERE", there.endpoint());
    int exitCode =
        new Kelsonctl(console, Map.of("KELSONCTL_ENDPOINTS", here.endpoint()))
            .run(Words.of(filled));
    return new Outcome(output.toString(UTF_8), errors.toString(UTF_8), exitCode);
  }

  @Test
  void copyAndDiff() {
    StringBuilder lines = new StringBuilder();
    // More than a page, and more than a transaction.
    for (int i = 0; i < 1100; i++) {
      lines.append("put app/%04d value-%d%n".formatted(i, i));
    }
    assertThat(run("shell", lines + "put other 1\n").exitCode()).isZero();

    assertThat(run("copy THERE --prefix=app/").output())
        .isEqualTo("Copied 1100 keys as of revision 1102\n");
    assertThat(run("diff THERE --prefix=app/")).isEqualTo(new Outcome("", "", 0));

    run("put app/0007 changed");
    run("del app/0008");
    run("--endpoints=THERE put app/zzz 1");
    Outcome diff = run("diff THERE");
    assertThat(diff.output())
        .isEqualTo("~ \"app/0007\"\n+ \"app/0008\"\n+ \"app/zzz\"\n- \"other\"\n");
    assertThat(diff.exitCode()).isEqualTo(1);
    assertThat(run("diff THERE --lines --prefix=app/0007").output())
        .isEqualTo("~ \"app/0007\"\n    - changed\n    + value-7\n");
    assertThat(run("diff THERE --keys-only --prefix=app/0007").exitCode()).isZero();
    assertThat(run("diff " + here.endpoint() + " --rev=1102").output())
        .isEqualTo("~ \"app/0007\"\n- \"app/0008\"\n");

    run("copy THERE --prefix=app/0007 --dest-prefix=moved/");
    assertThat(run("--endpoints=THERE get moved/").output()).isEqualTo("moved/\nchanged\n");
    assertThat(run("copy THERE --no-dest-prefix --dest-prefix=x").exitCode()).isEqualTo(128);
  }

  @Test
  void aMirrorHasWhatIsThereAndWhatComes() throws Exception {
    run("put app/a 1");
    run("put app/gone 1");
    run("put not-this 1");
    Thread mirror = new Thread(() -> run("make-mirror THERE --prefix=app/ --dest-prefix=copy/"));
    CountDownLatch copied = new CountDownLatch(1);
    CountDownLatch deleted = new CountDownLatch(1);
    try (KelsonClient client = KelsonClient.builder().endpoints(there.endpoint()).build()) {
      client.watch(
          WatchOptions.builder(Bytes.utf8("copy/")).prefix().startRevision(1).build(),
          new WatchListener() {
            @Override
            public void onEvents(WatchBatch batch) {
              batch.events().stream()
                  .filter(event -> event.kv().key().equals(Bytes.utf8("copy/gone")))
                  .forEach(event -> (copied.getCount() > 0 ? copied : deleted).countDown());
            }
          });
      mirror.start();
      copied.await();
      run("put app/b 2");
      run("txn", "\nput app/c 3\nput app/d 4\n\n\n");
      run("del app/gone");
      deleted.await();
      assertThat(run("--endpoints=THERE get --prefix \"\"").output())
          .isEqualTo("copy/a\n1\ncopy/b\n2\ncopy/c\n3\ncopy/d\n4\n");
      RangeOp key = RangeOp.key(Bytes.utf8("copy/c"));
      long revision = client.range(key).kvs().get(0).modRevision();
      assertThat(client.range(RangeOp.key(Bytes.utf8("copy/d"))).kvs().get(0).modRevision())
          .isEqualTo(revision);
    } finally {
      mirror.interrupt();
      mirror.join();
    }
  }

  @Test
  void theShellGoesOnAfterAMistakeAndExitsWithIt() {
    Outcome shell = run("shell", "put a 1\n# a comment\n\nget a --nope\nget a\nexit\nget b\n");
    assertThat(shell.output()).isEqualTo("OK\na\n1\n");
    assertThat(shell.errors()).contains("unknown flag: --nope").contains("not every command");
    assertThat(shell.exitCode()).isEqualTo(1);
  }

  @Test
  void aTree() {
    run("put app/x 1");
    run("put app/y 2");
    assertThat(run("get --prefix app/ --tree").output()).isEqualTo("app/\n├── x = 1\n└── y = 2\n");
    assertThat(run("get app/x --tree -w json").exitCode()).isEqualTo(128);
  }

  @Test
  void checksOfALittleLoad() {
    Outcome perf = run("check perf --duration=1s");
    assertThat(perf.output()).contains("Throughput").contains("Stddev");
    assertThat(run("get --prefix /etcdctl-check-perf/ --count-only").output()).isEqualTo("0\n");
    assertThat(run("check perf --load=huge").exitCode()).isEqualTo(4);
  }

  @Test
  void aServiceIsThereAsLongAsItsRegistration() throws Exception {
    CountDownLatch registered = new CountDownLatch(1);
    Thread registration =
        new Thread(() -> run("service register web w1 10.0.0.1:80 --weight=3 --meta=zone=a"));
    try (KelsonClient client = KelsonClient.builder().endpoints(here.endpoint()).build()) {
      client.watch(
          WatchOptions.builder(Bytes.utf8("/services/web/w1")).startRevision(1).build(),
          new WatchListener() {
            @Override
            public void onEvents(WatchBatch batch) {
              registered.countDown();
            }
          });
      registration.start();
      registered.await();
    }
    assertThat(run("service list").output()).isEqualTo("web, 1\n");
    assertThat(run("service resolve web").output()).isEqualTo("w1, 10.0.0.1:80, 3, zone=a\n");
    assertThat(run("service drain web w1").output()).isEqualTo("weight 0\n");
    assertThat(run("service resolve web -w json").output())
        .isEqualTo(
            "[{\"id\":\"w1\",\"address\":\"10.0.0.1:80\",\"weight\":0,"
                + "\"metadata\":{\"zone\":\"a\"}}]\n");
    assertThat(run("service drain web w2").exitCode()).isEqualTo(1);
    // Drained, and still on its lease.
    registration.interrupt();
    registration.join();
    assertThat(run("service resolve web").output()).isEmpty();
  }

  @Test
  void aLockGoesToTheNextWhenItsHolderEnds() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(2);
    Thread holder = new Thread(() -> run("lock L"));
    CompletableFuture<Outcome> next = new CompletableFuture<>();
    Thread waiter = new Thread(() -> next.complete(run("lock L -- false")));
    try (KelsonClient client = KelsonClient.builder().endpoints(here.endpoint()).build()) {
      client.watch(
          WatchOptions.builder(Bytes.utf8("L/")).prefix().startRevision(1).build(),
          new WatchListener() {
            @Override
            public void onEvents(WatchBatch batch) {
              batch
                  .events()
                  .forEach(
                      event -> {
                        held.countDown();
                        waiting.countDown();
                      });
            }
          });
      holder.start();
      held.await();
      waiter.start();
      waiting.await();
      assertThat(next).isNotDone();
      holder.interrupt();
      holder.join();
      // The command's own exit code.
      assertThat(next.get().exitCode()).isEqualTo(1);
      assertThat(run("get L/ --prefix --count-only").output()).isEqualTo("0\n");
      assertThat(run("lease list").output()).isEqualTo("found 0 leases\n");
    }
  }

  @Test
  void topShowsTheLeaderOnce() {
    Outcome top = run("top --count=1 --interval=100ms");
    assertThat(top.output()).contains("| default |").contains("| leader |");
    assertThat(top.exitCode()).isZero();
  }
}
