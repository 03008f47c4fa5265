package io.kelson.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

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
  private RetryPolicy retryPolicy = RetryPolicy.DEFAULT;
  private boolean writesToLeader;
  private Duration memberRefresh = Duration.ZERO;
  private Bytes namespace = Bytes.EMPTY;
  private String user = "";
  private String password = "";
  private String token = "";
  private final List<CallInterceptor> interceptors = new ArrayList<>();

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

  /** How often a request goes on to another endpoint; {@link RetryPolicy#DEFAULT} by default. */
  public KelsonClientBuilder retryPolicy(RetryPolicy policy) {
    this.retryPolicy = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * Sends writes straight to the leader where that is known, instead of through the endpoint that
   * reads go to; off by default. It saves a hop, and gives up that a serializable (possibly stale)
   * read sees the client's own writes. Who leads is learned in the background.
   */
  public KelsonClientBuilder writesToLeader(boolean toLeader) {
    this.writesToLeader = toLeader;
    return this;
  }

  /**
   * How often the endpoints are replaced by the client URLs of the cluster's own members (learners
   * and those not started left out); zero, the default, for never. Needs the members' advertised
   * URLs to be reachable from here.
   */
  public KelsonClientBuilder memberRefresh(Duration interval) {
    if (interval.isNegative()) {
      throw new IllegalArgumentException("memberRefresh is " + interval + ": give zero or more");
    }
    this.memberRefresh = interval;
    return this;
  }

  /**
   * Puts {@code prefix} before every key on the way out and takes it away on the way back, in
   * reads, writes, transactions, watches and everything built on them: to this client the keys
   * below it are all there are. Empty, the default, for none. Leases are not parted by it.
   */
  public KelsonClientBuilder namespace(Bytes prefix) {
    this.namespace = Objects.requireNonNull(prefix, "prefix");
    return this;
  }

  /**
   * Signs in as this user. The token is fetched with the first request and again when the server no
   * longer takes it; a server without authentication is spoken to without one.
   */
  public KelsonClientBuilder credentials(String user, String password) {
    if (user.isEmpty()) {
      throw new IllegalArgumentException("the user has no name: give one, or no credentials");
    }
    this.user = user;
    this.password = Objects.requireNonNull(password, "password");
    return this;
  }

  /** Shows this token with every request, as a JWT made elsewhere; it is never renewed. */
  public KelsonClientBuilder token(String token) {
    this.token = Objects.requireNonNull(token, "token");
    return this;
  }

  /** Adds one who sees every request; they are told in the order of their adding. */
  public KelsonClientBuilder interceptor(CallInterceptor interceptor) {
    this.interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
    return this;
  }

  /**
   * Finds the endpoints in DNS, as etcd's client does: the SRV records {@code
   * _etcd-client-ssl._tcp} (spoken to over TLS) and {@code _etcd-client._tcp} of {@code domain}.
   * They are looked up once, now.
   *
   * @throws IllegalArgumentException if there are no such records or DNS cannot be asked
   */
  public KelsonClientBuilder dnsSrv(String domain) {
    return dnsSrv(domain, "");
  }

  /**
   * The same for one of several clusters in a domain: {@code _etcd-client-ssl-<name>._tcp} and
   * {@code _etcd-client-<name>._tcp}.
   *
   * @throws IllegalArgumentException if there are no such records or DNS cannot be asked
   */
  public KelsonClientBuilder dnsSrv(String domain, String serviceName) {
    return endpoints(new DnsSrv("dns:").endpoints(domain, serviceName));
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
    if (!user.isEmpty() && !token.isEmpty()) {
      throw new IllegalArgumentException("credentials and a token were given: give one of them");
    }
    return new KelsonClient(this);
  }

  RetryPolicy retryPolicy() {
    return retryPolicy;
  }

  boolean writesToLeader() {
    return writesToLeader;
  }

  Duration memberRefresh() {
    return memberRefresh;
  }

  Bytes namespace() {
    return namespace;
  }

  String user() {
    return user;
  }

  String password() {
    return password;
  }

  /** What requests carry; {@code authenticate} is asked only if a user was given. */
  Tokens tokens(Supplier<CompletableFuture<AuthToken>> authenticate) {
    if (!user.isEmpty()) {
      return Tokens.fetched(authenticate);
    }
    return token.isEmpty() ? Tokens.none() : Tokens.fixed(token);
  }

  List<CallInterceptor> interceptors() {
    return interceptors;
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
