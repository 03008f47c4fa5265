package io.kelson.client;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;

/** Collects what a {@link KelsonClient} needs. Not thread-safe. */
public final class KelsonClientBuilder {
  private List<String> endpoints = List.of();
  private Duration requestTimeout = Duration.ofSeconds(5);
  private Duration connectTimeout = Duration.ofSeconds(2);
  private Duration keepAliveTime = Duration.ofSeconds(10);
  private Duration keepAliveTimeout = Duration.ofSeconds(6);
  private Executor callbackExecutor;
  private int ioThreads = 1;
  private boolean inOrder;
  private TlsOptions tls = TlsOptions.DEFAULT;
  private boolean isTlsAsked;

  KelsonClientBuilder() {}

  /** Where the cluster is: {@code [http[s]://]host:port}. */
  public KelsonClientBuilder endpoints(String... hostsAndPorts) {
    return endpoints(List.of(hostsAndPorts));
  }

  /** Where the cluster is: {@code [http[s]://]host:port}. */
  public KelsonClientBuilder endpoints(List<String> hostsAndPorts) {
    hostsAndPorts.forEach(Address::parse);
    this.endpoints = List.copyOf(hostsAndPorts);
    return this;
  }

  /**
   * How long a request may take over all its attempts; 5 s by default. Too small, and an election
   * fails every write that meets it; too large, and callers wait long for a cluster that is gone.
   */
  public KelsonClientBuilder requestTimeout(Duration timeout) {
    this.requestTimeout = requirePositive(timeout, "requestTimeout");
    return this;
  }

  /** How long to wait for a connection before trying the next endpoint; 2 s by default. */
  public KelsonClientBuilder connectTimeout(Duration timeout) {
    this.connectTimeout = requirePositive(timeout, "connectTimeout");
    return this;
  }

  /**
   * How long a busy connection may be silent before it is pinged; 10 s by default, and never less:
   * servers cut off clients that ping oftener than they like.
   */
  public KelsonClientBuilder keepAliveTime(Duration time) {
    this.keepAliveTime = requirePositive(time, "keepAliveTime");
    return this;
  }

  /** How long a ping may stay unanswered before the connection counts as dead; 6 s by default. */
  public KelsonClientBuilder keepAliveTimeout(Duration timeout) {
    this.keepAliveTimeout = requirePositive(timeout, "keepAliveTimeout");
    return this;
  }

  /**
   * Where futures complete and listeners run; by default daemon threads of the client's own.
   *
   * <p>{@code Runnable::run} saves a hop by doing it on the event loop, but then nothing there may
   * ever block: not for a lock, and above all not for another request of this client.
   */
  public KelsonClientBuilder callbackExecutor(Executor executor) {
    this.callbackExecutor = Objects.requireNonNull(executor, "executor");
    return this;
  }

  /** How many threads serve the connections; 1 by default. */
  public KelsonClientBuilder ioThreads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("ioThreads is " + threads + ": give at least 1");
    }
    this.ioThreads = threads;
    return this;
  }

  /**
   * Begins with the first endpoint named. By default a random one is first, so that many clients
   * with the same list spread over the members.
   */
  public KelsonClientBuilder inOrder(boolean inOrder) {
    this.inOrder = inOrder;
    return this;
  }

  /**
   * How to speak TLS. With it endpoints that do not say {@code http://} are spoken to over TLS;
   * without it those that say {@code https://}, whose certificates the Java runtime must trust
   * then.
   */
  public KelsonClientBuilder tls(TlsOptions options) {
    this.tls = Objects.requireNonNull(options, "options");
    this.isTlsAsked = true;
    return this;
  }

  /**
   * The client; nothing is connected before the first request.
   *
   * @throws IllegalArgumentException if there are no endpoints, or a file of {@link #tls} cannot be
   *     used
   */
  public KelsonClient build() {
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("no endpoints: name at least one host:port");
    }
    return new KelsonClient(this);
  }

  List<String> endpoints() {
    return endpoints;
  }

  Duration requestTimeout() {
    return requestTimeout;
  }

  Duration connectTimeout() {
    return connectTimeout;
  }

  Duration keepAliveTime() {
    return keepAliveTime;
  }

  Duration keepAliveTimeout() {
    return keepAliveTimeout;
  }

  Executor callbackExecutor() {
    return callbackExecutor;
  }

  TlsOptions tls() {
    return tls;
  }

  /** Whether any endpoint is spoken to over TLS. */
  boolean usesTls() {
    return endpoints.stream().map(Address::parse).anyMatch(this::usesTls);
  }

  boolean usesTls(Address address) {
    return switch (address.scheme()) {
      case PLAIN -> false;
      case TLS -> true;
      case UNSAID -> isTlsAsked;
    };
  }

  int ioThreads() {
    return ioThreads;
  }

  int firstEndpoint() {
    return inOrder ? 0 : ThreadLocalRandom.current().nextInt(endpoints.size());
  }

  private static Duration requirePositive(Duration value, String name) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " is " + value + ": give more than zero");
    }
    return value;
  }
}
