package io.kelson.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.MethodDescriptor;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.server.config.UrlList;
import io.kelson.server.http.GatewayPaths;
import io.kelson.server.repair.LocalCluster;
import io.kelson.server.rpc.ClientMistakes;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A member that strangers talk to over its two ports as nobody should. Between the batches others
 * are served as ever, and at the end nothing is left behind: no thread has ended, no socket is
 * open, no buffer is held, nothing was logged that a refused request does not explain.
 */
class DoorFuzzTest {
  private static final int CALLS_PER_CONNECTION = 25;
  private static final int BATCH_CONNECTIONS = 40;

  /** Calls that would change the cluster for good if a harmed request happened to be valid. */
  private static final Set<String> LEFT_OUT =
      Set.of("MemberAdd", "MemberRemove", "MemberUpdate", "Alarm", "AuthEnable");

  private static final int GATEWAY_CALLS = 10;

  private enum Kind {
    CALLS,
    HARMED_FRAMES,
    HTTP2_GARBAGE,
    HTTP1,
    GATEWAY,
    PEER,
    HEADER_BOMB,
    CONTINUATIONS,
    RAPID_RESETS,
    SETTINGS_FLOOD,
    PING_FLOOD,
    WINDOWS
  }

  @TempDir Path directory;

  private final Map<Kind, Integer> inputs = new EnumMap<>(Kind.class);
  private final List<MethodDescriptor<?, ?>> methods =
      Samples.methods().stream().filter(m -> !LEFT_OUT.contains(m.getBareMethodName())).toList();
  private final Map<String, String> gatewayPaths = GatewayPaths.all();
  private LocalCluster cluster;
  private Random random;
  private Samples samples;
  private Mutator mutator;
  private List<byte[]> others;

  static LongStream seeds() {
    return FuzzRun.seeds();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void strangersCostNobodyElse(long seed) throws Exception {
    random = new Random(seed);
    samples = new Samples(random);
    mutator = new Mutator(random);
    others = List.of(Http2Bytes.connection().call(1, "/etcdserverpb.KV/Range").toBytes());
    ClientMistakes.quiet();
    Set<Thread> before = threads();
    try (LogWitness log = new LogWitness(false);
        LocalCluster one = new LocalCluster(directory, 1)) {
      cluster = one;
      one.startAll();
      assertServes(0);
      Set<Thread> threads = threads();
      threads.removeAll(before);
      threads.removeIf(thread -> !isMembers(thread.getName()));
      long sockets = sockets();
      int wanted = FuzzRun.inputs(30);
      int batch = 0;
      while (total() < wanted) {
        for (int i = 0; i < BATCH_CONNECTIONS; i++) {
          talk(batch == 0 && i < Kind.values().length ? Kind.values()[i] : kind());
        }
        assertServes(++batch);
        assertThat(threads).as("threads of the member").isNotEmpty().allMatch(Thread::isAlive);
        assertThat(one.failures).isEmpty();
        assertThat(log.alarms).as("seed %d, batch %d", seed, batch).isEmpty();
      }
      awaitSockets(sockets);
      assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory())
          .as("direct memory")
          .isLessThan(512L << 20);
      FuzzRun.report("doors", seed, total() + " inputs in " + batch + " batches: " + inputs);
    }
  }

  private int total() {
    return inputs.values().stream().mapToInt(n -> n).sum();
  }

  /** Floods are dear and few. */
  private Kind kind() {
    int draw = random.nextInt(100);
    if (draw < 40) {
      return Kind.CALLS;
    } else if (draw < 60) {
      return Kind.HARMED_FRAMES;
    } else if (draw < 68) {
      return Kind.HTTP2_GARBAGE;
    } else if (draw < 75) {
      return Kind.HTTP1;
    } else if (draw < 82) {
      return Kind.GATEWAY;
    } else if (draw < 94) {
      return Kind.PEER;
    }
    return Kind.values()[random.nextInt(Kind.values().length)];
  }

  private void talk(Kind kind) throws IOException {
    switch (kind) {
      case CALLS -> say(kind, CALLS_PER_CONNECTION, calls(CALLS_PER_CONNECTION).toBytes());
      case HARMED_FRAMES -> say(kind, 10, harmed(calls(10).toBytes()));
      case HTTP2_GARBAGE -> {
        Http2Bytes bytes = Http2Bytes.connection();
        for (int i = 0; i < 10; i++) {
          int stream = random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(4);
          bytes.frame(
              random.nextInt(12), random.nextInt(256), stream, mutator.noise(random.nextInt(40)));
        }
        say(kind, 10, bytes.toBytes());
      }
      case HTTP1 -> say(kind, 1, mutator.mutate(http1(), others));
      case GATEWAY -> say(kind, GATEWAY_CALLS, gateway());
      case PEER -> sayTo(kind, 1, cluster.peerUrl(0), peer());
      case HEADER_BOMB -> say(kind, 1, headerBomb());
      case CONTINUATIONS -> say(kind, 1, continuations());
      case RAPID_RESETS -> say(kind, 1, rapidResets());
      case SETTINGS_FLOOD -> {
        Http2Bytes bytes = Http2Bytes.connection();
        for (int i = 0; i < 12_000; i++) {
          bytes.frame(Http2Bytes.SETTINGS, 0, 0);
        }
        say(kind, 1, bytes.toBytes());
      }
      case PING_FLOOD -> {
        Http2Bytes bytes = Http2Bytes.connection();
        for (int i = 0; i < 12_000; i++) {
          bytes.frame(Http2Bytes.PING, 0, 0, new byte[8]);
        }
        say(kind, 1, bytes.toBytes());
      }
      case WINDOWS -> {
        // Nothing may be sent to this one; then more than a window can be.
        Http2Bytes bytes = Http2Bytes.connection();
        bytes.frame(Http2Bytes.SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 0});
        for (int i = 0; i < 50; i++) {
          bytes
              .call(2 * i + 1, "/etcdserverpb.KV/Range")
              .message(2 * i + 1, everything().toByteArray());
        }
        byte[] most = {0x7f, -1, -1, -1};
        bytes.frame(Http2Bytes.WINDOW_UPDATE, 0, random.nextInt(2), most);
        bytes.frame(
            Http2Bytes.WINDOW_UPDATE,
            0,
            random.nextInt(2),
            random.nextInt(2) == 0 ? most : new byte[4]);
        say(kind, 1, bytes.toBytes());
      }
    }
  }

  private static RangeRequest everything() {
    ByteString zero = ByteString.copyFrom(new byte[1]);
    return RangeRequest.newBuilder().setKey(zero).setRangeEnd(zero).build();
  }

  private Http2Bytes calls(int count) {
    Http2Bytes bytes = Http2Bytes.connection();
    for (int i = 0; i < count; i++) {
      MethodDescriptor<?, ?> method = methods.get(random.nextInt(methods.size()));
      Message type = Samples.request(method);
      byte[] message = mutator.mutate(samples.of(type).toByteArray(), others);
      bytes.call(2 * i + 1, "/" + method.getFullMethodName()).message(2 * i + 1, message);
    }
    return bytes;
  }

  /** The preface stays whole, or it would be HTTP/1.1. */
  private byte[] harmed(byte[] connection) {
    int preface = 24;
    byte[] rest = Arrays.copyOfRange(connection, preface, connection.length);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(connection, 0, preface);
    out.writeBytes(mutator.mutate(rest, others));
    return out.toByteArray();
  }

  private byte[] http1() {
    String[] requests = {
      "GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
      "GET /health?serializable=true HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST /v3/kv/range HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n{\"key\":\"YQ==\"}",
      "POST /v3/kv/put HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "5\r\n{\"key\r\nffffffff\r\n",
      "GET /" + "a".repeat(5000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /metrics HTTP/1.1\r\n" + "a: b\r\n".repeat(3000) + "\r\n",
      "GET /version HTTP/1.1\r\nHost: x\r\n\r\n".repeat(80),
      "GET /health HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n",
      "GET /v3/watch HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    };
    return requests[random.nextInt(requests.length)].getBytes(StandardCharsets.US_ASCII);
  }

  /** Harmed JSON in whole requests, one after the other on one connection. */
  private byte[] gateway() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < GATEWAY_CALLS; i++) {
      MethodDescriptor<?, ?> method = methods.get(random.nextInt(methods.size()));
      String path = gatewayPaths.getOrDefault(method.getFullMethodName(), "/v3/kv/nothing");
      byte[] json;
      try {
        String whole = JsonFormat.printer().print(samples.of(Samples.request(method)));
        json = mutator.mutate(whole.getBytes(StandardCharsets.UTF_8), others);
      } catch (InvalidProtocolBufferException e) {
        throw new UncheckedIOException(e);
      }
      String head = "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n";
      out.writeBytes(head.formatted(path, json.length).getBytes(StandardCharsets.US_ASCII));
      out.writeBytes(json);
    }
    return out.toByteArray();
  }

  /** A hello of that shape, a description asked for, or what never was one. */
  private byte[] peer() {
    byte[][] frames = {
      {0, 0, 0, 4, 0x0a, 2, 8, 1},
      {0, 0, 0, 4, 0x0a, 2, 0x18, 2},
      {0, 0, 0x10, 1},
      {0x7f, -1, -1, -1},
      {0, 0, 0, 0},
      {0, 0, 0, 3, 0x12, 1, 0},
    };
    return mutator.mutate(frames[random.nextInt(frames.length)], others);
  }

  private static byte[] headerBomb() {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.writeBytes(Http2Bytes.headers("/etcdserverpb.KV/Range"));
    // Into the table once, from there by a byte each: RFC 7541, section 6.2.1.
    block.write(0x40);
    block.write(1);
    block.write('a');
    block.write(127);
    block.writeBytes(new byte[] {(byte) 0x81, 30});
    block.writeBytes("b".repeat(127 + 1 + 30 * 128).getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < 8000; i++) {
      block.write(0x80 | 62);
    }
    return Http2Bytes.connection()
        .frame(Http2Bytes.HEADERS, Http2Bytes.END_HEADERS, 1, block.toByteArray())
        .toBytes();
  }

  private byte[] continuations() {
    Http2Bytes bytes = Http2Bytes.connection();
    bytes.frame(Http2Bytes.HEADERS, 0, 1, Http2Bytes.headers("/etcdserverpb.KV/Range"));
    for (int i = 0; i < 20_000; i++) {
      bytes.frame(Http2Bytes.CONTINUATION, 0, 1, mutator.noise(i % 3));
    }
    return bytes.toBytes();
  }

  private static byte[] rapidResets() {
    Http2Bytes bytes = Http2Bytes.connection();
    for (int i = 0; i < 12_000; i++) {
      bytes
          .call(2 * i + 1, "/etcdserverpb.KV/Range")
          .frame(Http2Bytes.RST_STREAM, 0, 2 * i + 1, new byte[] {0, 0, 0, 8});
    }
    return bytes.toBytes();
  }

  private void say(Kind kind, int count, byte[] bytes) throws IOException {
    sayTo(kind, count, cluster.clientUrl(0), bytes);
  }

  /** Says it all, reads what there is to read at once, and leaves: politely or not. */
  private void sayTo(Kind kind, int count, String url, byte[] bytes) throws IOException {
    inputs.merge(kind, count, Integer::sum);
    InetSocketAddress address = UrlList.address(url);
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(50);
      try {
        OutputStream out = socket.getOutputStream();
        InputStream in = socket.getInputStream();
        byte[] ignored = new byte[8192];
        for (int at = 0; at < bytes.length; at += 16_384) {
          out.write(bytes, at, Math.min(16_384, bytes.length - at));
          while (in.available() > 0 && in.read(ignored) > 0) {
            // Or both would wait for the other to read.
          }
        }
        socket.shutdownOutput();
        int most = 200;
        while (most-- > 0 && in.read(ignored) >= 0) {
          // What it says does not matter here.
        }
      } catch (SocketException | SocketTimeoutException e) {
        // Turned away, or nothing comes: both are fine.
      }
      if (random.nextInt(4) == 0) {
        socket.setSoLinger(true, 0);
      }
    }
  }

  private void assertServes(int batch) {
    ByteString key = ByteString.copyFromUtf8("served");
    ByteString value = ByteString.copyFromUtf8("in batch " + batch);
    ByteString found =
        cluster.ask(
            0,
            channel -> {
              var stub = KVGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
              stub.put(PutRequest.newBuilder().setKey(key).setValue(value).build());
              return stub.range(RangeRequest.newBuilder().setKey(key).build()).getKvs(0).getValue();
            });
    assertThat(found).isEqualTo(value);
  }

  /** Not the JDK's, nor those of clients; and one that is done when the cluster is founded. */
  private static boolean isMembers(String name) {
    return name.startsWith("raft-")
        || name.startsWith("kelson-") && !name.equals("kelson-founding");
  }

  private static Set<Thread> threads() {
    return new HashSet<>(Thread.getAllStackTraces().keySet());
  }

  private static long sockets() {
    List<String> open = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      for (Path file : files.toList()) {
        try {
          open.add(Files.readSymbolicLink(file).toString());
        } catch (IOException e) {
          // Closed since it was listed.
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return open.stream().filter(name -> name.startsWith("socket:")).count();
  }

  private static void awaitSockets(long atMost) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (sockets() > atMost && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(sockets()).as("open sockets").isLessThanOrEqualTo(atMost);
  }
}
