package io.kelson.server.fuzz;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.kelson.api.CompactionRequest;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.TxnRequest;
import io.kelson.server.apply.RequestChecks;
import io.kelson.server.apply.TestBed;
import io.kelson.server.auth.AuthException;
import io.kelson.server.auth.JwtTokens;
import io.kelson.server.auth.TokenSpec;
import io.kelson.server.config.ConfigException;
import io.kelson.server.config.ServerFlags;
import io.kelson.server.proto.InternalRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Harmed inputs for everything that reads what others wrote, without a socket between. Each is read
 * or refused in the way the reader promises; anything else that is thrown fails the test.
 */
class DecoderFuzzTest {
  private static final int MAX_TXN_OPS = 128;
  private static final int SAMPLES = 200;

  @TempDir Path directory;

  /** Reads one input. */
  private interface Reader {
    /** Whether it was taken for good; what it may not throw is a bug. */
    boolean read(byte[] input) throws Exception;
  }

  static LongStream seeds() {
    return FuzzRun.seeds();
  }

  private static void run(
      String what, long seed, int perMille, List<byte[]> samples, Reader reader) {
    Random random = new Random(seed);
    Mutator mutator = new Mutator(random);
    int inputs = FuzzRun.inputs(perMille);
    int accepted = 0;
    for (int i = 0; i < inputs; i++) {
      byte[] input = mutator.mutate(samples.get(random.nextInt(samples.size())), samples);
      try {
        accepted += reader.read(input) ? 1 : 0;
      } catch (Exception | StackOverflowError | OutOfMemoryError e) {
        throw FuzzRun.failure(what, seed, i, input, e);
      }
    }
    FuzzRun.report(
        what,
        seed,
        "%d inputs, %d read, %d refused".formatted(inputs, accepted, inputs - accepted));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void requestsOfEveryCall(long seed) {
    List<MethodDescriptor<?, ?>> methods = Samples.methods();
    Samples samples = new Samples(new Random(seed));
    for (MethodDescriptor<?, ?> method : methods) {
      Message type = Samples.request(method);
      run(
          method.getFullMethodName(),
          seed,
          Math.max(1, 440 / methods.size()),
          samplesOf(samples, type),
          input -> {
            try {
              Message request = type.getParserForType().parseFrom(input);
              check(request);
              Message again = type.getParserForType().parseFrom(request.toByteArray());
              if (!again.equals(request)) {
                throw new IllegalStateException("it reads otherwise the second time");
              }
              return true;
            } catch (InvalidProtocolBufferException e) {
              return false;
            }
          });
    }
  }

  private static List<byte[]> samplesOf(Samples samples, Message type) {
    List<byte[]> list = new ArrayList<>();
    list.add(type.toByteArray());
    for (int i = 0; i < SAMPLES; i++) {
      list.add(samples.of(type).toByteArray());
    }
    return list;
  }

  private static boolean check(Message request) {
    if (request instanceof RangeRequest range) {
      return RequestChecks.check(range) == null;
    } else if (request instanceof PutRequest put) {
      return RequestChecks.check(put) == null;
    } else if (request instanceof DeleteRangeRequest delete) {
      return RequestChecks.check(delete) == null;
    } else if (request instanceof TxnRequest txn) {
      return RequestChecks.check(txn, MAX_TXN_OPS) == null;
    }
    return true;
  }

  /** What passes the door must be applied: an entry that cannot be stops every member. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void entriesThatTheDoorLetsIn(long seed) {
    Samples samples = new Samples(new Random(seed));
    try (TestBed bed = new TestBed(directory.resolve("store"))) {
      applied(bed, samples, seed, TxnRequest.getDefaultInstance(), 150);
      applied(bed, samples, seed, PutRequest.getDefaultInstance(), 40);
      applied(bed, samples, seed, DeleteRangeRequest.getDefaultInstance(), 30);
      applied(bed, samples, seed, CompactionRequest.getDefaultInstance(), 30);
    }
  }

  private static void applied(TestBed bed, Samples samples, long seed, Message type, int perMille) {
    run(
        "applied " + type.getDescriptorForType().getName(),
        seed,
        perMille,
        samplesOf(samples, type),
        input -> {
          Message request;
          try {
            request = type.getParserForType().parseFrom(input);
          } catch (InvalidProtocolBufferException e) {
            return false;
          }
          if (!check(request)) {
            return false;
          }
          bed.one(entry(request));
          bed.events.clear();
          bed.outcomes.clear();
          bed.calls.clear();
          bed.leaseChanges.clear();
          return true;
        });
  }

  private static InternalRequest.Builder entry(Message request) {
    InternalRequest.Builder entry = InternalRequest.newBuilder();
    if (request instanceof TxnRequest txn) {
      return entry.setTxn(txn);
    } else if (request instanceof PutRequest put) {
      return entry.setPut(put);
    } else if (request instanceof DeleteRangeRequest delete) {
      return entry.setDeleteRange(delete);
    }
    return entry.setCompaction((CompactionRequest) request);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void logEntries(long seed) {
    Samples samples = new Samples(new Random(seed));
    run(
        "log entry",
        seed,
        150,
        samplesOf(samples, InternalRequest.getDefaultInstance()),
        input -> {
          try {
            InternalRequest.parseFrom(input);
            return true;
          } catch (InvalidProtocolBufferException e) {
            return false;
          }
        });
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void configurationFiles(long seed) throws Exception {
    Path file = directory.resolve("kelson.yaml");
    List<byte[]> samples =
        texts(
            "name: m1\ndata-dir: d\nlisten-client-urls: http://127.0.0.1:2379\n",
            "initial-cluster: a=http://1.2.3.4:1,b=http://1.2.3.4:2\nmax-txn-ops: 128\n",
            "client-transport-security:\n  cert-file: a\n  key-file: b\nauto-tls: true\n",
            "quota-backend-bytes: 8589934592\nelection-timeout: 1000\nheartbeat-interval: 100\n",
            "name: &a x\nlog-outputs: [stderr, *a]\n? {a: b}\n: - c\n",
            "auth-token: 'jwt,pub-key=a,priv-key=b,sign-method=RS256,ttl=10m'\n",
            "[".repeat(20_000),
            "{a: ".repeat(20_000),
            "- ".repeat(20_000),
            "? ".repeat(5_000));
    run(
        "configuration file",
        seed,
        30,
        samples,
        input -> {
          Files.write(file, input);
          return parsed(List.of("--config-file", file.toString()), Map.of());
        });
  }

  private static boolean parsed(List<String> args, Map<String, String> environment) {
    try {
      ServerFlags.parse(args, environment);
      return true;
    } catch (ConfigException e) {
      return false;
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void flagsAndVariables(long seed) {
    List<byte[]> samples =
        texts(
            "--name=m1\n--data-dir=d\n--listen-client-urls=http://127.0.0.1:2379",
            "--initial-cluster\na=http://1.2.3.4:1,b=http://[::1]:2\n--max-request-bytes=1572864",
            "--handshake-timeout=20s\n--max-header-bytes=65536\n--max-connections-per-address=7",
            "--auth-token=jwt,priv-key=a,sign-method=HS256\n--bcrypt-cost=10",
            "--log-outputs=stderr,/tmp/x\n--log-level=debug\n--quota-backend-bytes=1GiB");
    run(
        "flags",
        seed,
        50,
        samples,
        input -> {
          String text = new String(input, StandardCharsets.UTF_8);
          int half = text.length() / 2;
          String value = text.substring(half).replace("\n", " ");
          return parsed(List.of(text.substring(0, half).split("\n")), Map.of("ETCD_NAME", value));
        });
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void tokensAndKeys(long seed) throws Exception {
    Path file = directory.resolve("key.pem");
    List<byte[]> keys = new ArrayList<>();
    for (String family : List.of("EC", "Ed25519")) {
      KeyPair pair = KeyPairGenerator.getInstance(family).generateKeyPair();
      keys.add(pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
      keys.add(pem("EC PRIVATE KEY", pair.getPrivate().getEncoded()));
      keys.add(pem("PUBLIC KEY", pair.getPublic().getEncoded()));
      keys.add(pem("CERTIFICATE", pair.getPublic().getEncoded()));
      keys.add(pem("RSA PUBLIC KEY", pair.getPublic().getEncoded()));
    }
    List<String> methods = List.of("ES256", "EdDSA", "RS256", "HS256", "none", "");
    run(
        "key file",
        seed,
        20,
        keys,
        input -> {
          Files.write(file, input);
          int hash = Arrays.hashCode(input);
          String method = methods.get(Math.floorMod(hash, methods.size()));
          String option = hash / 8 % 2 == 0 ? "priv-key=" : "pub-key=";
          return opens("jwt," + option + file + ",sign-method=" + method);
        });
    Files.write(file, "a key of thirty-two bytes or more".getBytes(StandardCharsets.UTF_8));
    JwtTokens tokens =
        JwtTokens.open(TokenSpec.parse("jwt,priv-key=" + file + ",sign-method=HS256"), () -> 0);
    String header = base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
    String signed = header + "." + base64("{\"username\":\"a\",\"revision\":7}");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Files.readAllBytes(file), "HmacSHA256"));
    byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
    String valid = signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    List<byte[]> samples =
        texts(
            valid,
            signed + "." + base64("nothing"),
            base64("{\"alg\":\"none\"}") + "." + base64("{\"username\":\"root\"}") + ".",
            base64("{\"alg\":\"HS256\",\"zip\":\"DEF\"}") + "." + base64("x") + "." + base64("y"),
            base64("[".repeat(5000)) + "." + base64("{}") + "." + base64("y"));
    run(
        "token",
        seed,
        40,
        samples,
        input -> {
          try {
            tokens.identify(new String(input, StandardCharsets.ISO_8859_1), null);
            return true;
          } catch (AuthException e) {
            return false;
          }
        });
    run(
        "token setting",
        seed,
        20,
        texts("jwt,pub-key=a,priv-key=b,sign-method=RS256,ttl=1h5m"),
        DecoderFuzzTest::spec);
  }

  private static boolean spec(byte[] input) {
    try {
      TokenSpec.parse(new String(input, StandardCharsets.ISO_8859_1));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean opens(String token) {
    try {
      JwtTokens.open(TokenSpec.parse(token), () -> 0);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static byte[] pem(String name, byte[] der) {
    String text =
        "-----BEGIN %s-----%n%s%n-----END %s-----%n"
            .formatted(name, Base64.getMimeEncoder().encodeToString(der), name);
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<byte[]> texts(String... texts) {
    List<byte[]> bytes = new ArrayList<>();
    for (String text : texts) {
      bytes.add(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes;
  }
}
