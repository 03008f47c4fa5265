package io.kelson.server.metrics;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerStreamTracer;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.netty.util.AsciiString;
import io.prometheus.metrics.model.snapshots.Labels;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts calls and their messages, by method.
 *
 * <p>One small object per call; nothing is looked at twice. Calls of methods that nobody serves are
 * not counted: their names come from clients. Thread-safe.
 */
public final class GrpcMetrics extends ServerStreamTracer.Factory {
  /** Those that go's library would show, in the order of their numbers. */
  private static final String[] CODES = {
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated"
  };

  // Those that go's client library has for everything.
  private static final double[] HANDLING_SECONDS = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
  };

  private static final ServerStreamTracer UNCOUNTED = new ServerStreamTracer() {};
  private static final String HASH_KV = MaintenanceGrpc.getHashKVMethod().getFullMethodName();
  private static final String RANGE = KVGrpc.getRangeMethod().getFullMethodName();
  private static final String RANGE_STREAM = KVGrpc.getRangeStreamMethod().getFullMethodName();

  private static final class Method {
    final Labels labels;
    final boolean unary;
    final LongAdder started = new LongAdder();
    final LongAdder received = new LongAdder();
    final LongAdder sent = new LongAdder();
    final LongAdder[] handled = new LongAdder[CODES.length];

    /** Null if nobody wants to know how long it takes. */
    final Distribution seconds;

    Method(Labels labels, boolean unary, Distribution seconds) {
      this.labels = labels;
      this.unary = unary;
      this.seconds = seconds;
      for (int i = 0; i < handled.length; i++) {
        handled[i] = new LongAdder();
      }
    }
  }

  private final boolean extensive;

  // etcd's buckets: 10 ms doubled 15 times.
  private final Distribution hashSeconds = Distribution.doubling(0.01, 15);
  private final LongAdder receivedBytes = new LongAdder();
  private final LongAdder sentBytes = new LongAdder();
  private final ClientVersions unaryVersions = new ClientVersions();
  private final ClientVersions streamVersions = new ClientVersions();

  /** Replaced as a whole before the first call. */
  private volatile Map<String, Method> methods = Map.of();

  GrpcMetrics(boolean extensive) {
    this.extensive = extensive;
  }

  /** Says what is served; before the server starts. */
  public void serves(Collection<ServiceDescriptor> services) {
    Map<String, Method> served = new TreeMap<>();
    for (ServiceDescriptor service : services) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        served.put(method.getFullMethodName(), counted(method));
      }
    }
    methods = Map.copyOf(served);
  }

  private Method counted(MethodDescriptor<?, ?> method) {
    Labels labels =
        Labels.of(
            "grpc_service", method.getServiceName(),
            "grpc_method", method.getBareMethodName(),
            "grpc_type", typeOf(method.getType()));
    Distribution seconds = null;
    if (extensive) {
      seconds = Distribution.upTo(HANDLING_SECONDS);
    } else if (method.getFullMethodName().equals(HASH_KV)) {
      seconds = hashSeconds;
    }
    return new Method(labels, method.getType() == MethodType.UNARY, seconds);
  }

  private static String typeOf(MethodType type) {
    return switch (type) {
      case UNARY -> "unary";
      case CLIENT_STREAMING -> "client_stream";
      case SERVER_STREAMING -> "server_stream";
      case BIDI_STREAMING, UNKNOWN -> "bidi_stream";
    };
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    Method method = methods.get(fullMethodName);
    if (method == null) {
      return UNCOUNTED;
    }
    (method.unary ? unaryVersions : streamVersions).count(headers);
    return begun(method, fullMethodName.equals(HASH_KV));
  }

  /**
   * The same for a call that does not come through gRPC.
   *
   * @param version the API version its client names, or null
   */
  public ServerStreamTracer newCall(String fullMethodName, CharSequence version) {
    Method method = methods.get(fullMethodName);
    if (method == null) {
      return UNCOUNTED;
    }
    (method.unary ? unaryVersions : streamVersions).count(version);
    return begun(method, false);
  }

  private Call begun(Method method, boolean isHash) {
    method.started.increment();
    return new Call(method, isHash, method.seconds == null ? 0 : System.nanoTime());
  }

  private final class Call extends ServerStreamTracer {
    private final Method method;
    private final boolean isHash;
    private final long beganNanos;

    Call(Method method, boolean isHash, long beganNanos) {
      this.method = method;
      this.isHash = isHash;
      this.beganNanos = beganNanos;
    }

    @Override
    public void inboundMessage(int number) {
      method.received.increment();
    }

    @Override
    public void outboundMessage(int number) {
      method.sent.increment();
    }

    @Override
    public void inboundUncompressedSize(long bytes) {
      receivedBytes.add(bytes);
    }

    @Override
    public void outboundUncompressedSize(long bytes) {
      sentBytes.add(bytes);
    }

    @Override
    public void streamClosed(Status status) {
      method.handled[status.getCode().value()].increment();
      if (method.seconds != null) {
        long nanos = System.nanoTime() - beganNanos;
        method.seconds.addNanos(nanos);
        if (isHash && method.seconds != hashSeconds) {
          hashSeconds.addNanos(nanos);
        }
      }
    }
  }

  void collect(Scrape into) {
    Map<String, Method> served = new TreeMap<>(methods);
    collectCalls(into, served);
    collectHandled(into, served);
    into.counter(
        "etcd_network_client_grpc_received_bytes_total",
        "Bytes of messages received from clients.",
        receivedBytes.sum());
    into.counter(
        "etcd_network_client_grpc_sent_bytes_total",
        "Bytes of messages sent to clients.",
        sentBytes.sum());
    into.counter(
        "etcd_mvcc_range_total",
        "Ranges that clients asked this member for; those within transactions are not counted.",
        started(served, RANGE) + started(served, RANGE_STREAM));
    into.histograms(
            "etcd_mvcc_hash_rev_duration_seconds", "How long hashes of a revision took to answer.")
        .at(Labels.EMPTY, hashSeconds)
        .add();
    var requests =
        into.counters("etcd_server_client_requests_total", "Calls by the client's API version.");
    unaryVersions.collect(requests, "unary");
    streamVersions.collect(requests, "stream");
    requests.add();
  }

  private static long started(Map<String, Method> served, String name) {
    Method method = served.get(name);
    return method == null ? 0 : method.started.sum();
  }

  private static void collectCalls(Scrape into, Map<String, Method> served) {
    var started = into.counters("grpc_server_started_total", "Calls that began.");
    var received = into.counters("grpc_server_msg_received_total", "Messages received in calls.");
    var sent = into.counters("grpc_server_msg_sent_total", "Messages sent in calls.");
    for (Method method : served.values()) {
      started.at(method.labels, method.started.sum());
      received.at(method.labels, method.received.sum());
      sent.at(method.labels, method.sent.sum());
    }
    started.add();
    received.add();
    sent.add();
  }

  /** All codes from the start: a rate sees the first error only if there was a zero before. */
  private void collectHandled(Scrape into, Map<String, Method> served) {
    var handled = into.counters("grpc_server_handled_total", "Calls that ended, by status code.");
    for (Method method : served.values()) {
      for (int code = 0; code < CODES.length; code++) {
        handled.at(method.labels.add("grpc_code", CODES[code]), method.handled[code].sum());
      }
    }
    handled.add();
    if (extensive) {
      var seconds = into.histograms("grpc_server_handling_seconds", "How long calls took.");
      served.values().forEach(method -> seconds.at(method.labels, method.seconds));
      seconds.add();
    }
  }

  /**
   * How often each version of the API was named. Clients say what they like, so only what looks
   * like a version counts by its name, and only the first few of those.
   */
  private static final class ClientVersions {
    private static final int MAX_VERSIONS = 16;
    private static final String HEADER = "client-api-version";

    private record Version(byte[] bytes, String text, LongAdder calls) {}

    private final LongAdder others = new LongAdder();
    private final Metadata.Key<LongAdder> key =
        InternalMetadata.keyOf(
            HEADER,
            new InternalMetadata.TrustedAsciiMarshaller<>() {
              @Override
              public byte[] toAsciiString(LongAdder value) {
                throw new UnsupportedOperationException("never sent");
              }

              @Override
              public LongAdder parseAsciiString(byte[] bytes) {
                return find(bytes);
              }
            });

    private volatile Version[] known = {};

    void count(Metadata headers) {
      LongAdder calls = headers.get(key);
      (calls == null ? others : calls).increment();
    }

    void count(CharSequence version) {
      (version == null ? others : find(bytes(AsciiString.of(version)))).increment();
    }

    private static byte[] bytes(AsciiString text) {
      return text.isEntireArrayUsed() ? text.array() : text.toByteArray();
    }

    private LongAdder find(byte[] bytes) {
      for (Version version : known) {
        if (java.util.Arrays.equals(version.bytes, bytes)) {
          return version.calls;
        }
      }
      return learn(bytes);
    }

    private synchronized LongAdder learn(byte[] bytes) {
      for (Version version : known) {
        if (java.util.Arrays.equals(version.bytes, bytes)) {
          return version.calls;
        }
      }
      String text = new String(bytes, StandardCharsets.US_ASCII);
      if (known.length == MAX_VERSIONS || !text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){1,2}")) {
        return others;
      }
      Version[] more = java.util.Arrays.copyOf(known, known.length + 1);
      more[known.length] = new Version(bytes.clone(), text, new LongAdder());
      known = more;
      return more[more.length - 1].calls;
    }

    void collect(Scrape.Counters into, String type) {
      into.at(Labels.of("type", type, "client_api_version", "unknown"), others.sum());
      for (Version version : known) {
        into.at(Labels.of("type", type, "client_api_version", version.text), version.calls.sum());
      }
    }
  }
}
