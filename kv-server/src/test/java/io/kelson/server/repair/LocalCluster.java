package io.kelson.server.repair;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.KVGrpc;
import io.kelson.api.Member;
import io.kelson.api.MemberListRequest;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.server.KelsonServer;
import io.kelson.server.StartFailure;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.ServerConfigBuilder;
import io.kelson.server.config.UrlList;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** Members in this JVM, on ports that stay theirs; each can be stopped and started again. */
public final class LocalCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path directory;
  private final List<String> clientUrls = new ArrayList<>();
  private final List<String> peerUrls = new ArrayList<>();
  private final Map<Integer, KelsonServer> running = new HashMap<>();

  /** Why members stopped by themselves. */
  public final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

  /** Who was told that the cluster has removed him. */
  public final BlockingQueue<Integer> removed = new LinkedBlockingQueue<>();

  public LocalCluster(Path directory, int members) throws IOException {
    this.directory = directory;
    List<ServerSocket> held = new ArrayList<>();
    for (int i = 0; i < 2 * members; i++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
      held.add(socket);
      (i < members ? clientUrls : peerUrls).add("http://127.0.0.1:" + socket.getLocalPort());
    }
    for (ServerSocket socket : held) {
      socket.close();
    }
  }

  public Path dataDir(int member) {
    return directory.resolve("m" + member);
  }

  public String clientUrl(int member) {
    return clientUrls.get(member);
  }

  public String peerUrl(int member) {
    return peerUrls.get(member);
  }

  /** Always the same settings for the same member. */
  public KelsonServer start(int member) throws StartFailure {
    return start(member, settings -> {});
  }

  /** The settings of a member, with others of a test's own. */
  public ServerConfig config(int member, Consumer<ServerConfigBuilder> others) {
    Map<String, List<String>> members = new LinkedHashMap<>();
    for (int i = 0; i < peerUrls.size(); i++) {
      members.put("m" + i, List.of(peerUrls.get(i)));
    }
    ServerConfigBuilder settings =
        ServerConfig.builder()
            .name("m" + member)
            .dataDir(dataDir(member))
            .listenClientUrls(List.of(clientUrl(member)))
            .advertiseClientUrls(List.of(clientUrl(member)))
            .listenPeerUrls(List.of(peerUrl(member)))
            .initialAdvertisePeerUrls(List.of(peerUrl(member)))
            .initialCluster(new InitialCluster(members));
    others.accept(settings);
    return settings.build();
  }

  /** Starts a member with settings of a test's own. */
  public KelsonServer start(int member, Consumer<ServerConfigBuilder> others) throws StartFailure {
    KelsonServer server =
        KelsonServer.builder()
            .config(config(member, others))
            .onFailure(failures::add)
            .onRemoved(() -> removed.add(member))
            .start();
    running.put(member, server);
    return server;
  }

  public void startAll() throws Exception {
    for (int i = 0; i < peerUrls.size(); i++) {
      start(i);
    }
    for (int i = 0; i < peerUrls.size(); i++) {
      awaitReady(i);
    }
  }

  public void awaitReady(int member) throws InterruptedException {
    assertThat(running.get(member).awaitReady(PATIENCE)).as("m" + member + " ready").isTrue();
  }

  public void stop(int member) {
    running.remove(member).close();
  }

  public void put(int member, String key) {
    ask(
        member,
        channel ->
            KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build()));
  }

  /** Every key, as a read through this member finds it. */
  public List<String> keys(int member) {
    return ask(
        member,
        channel ->
            KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .range(
                    RangeRequest.newBuilder()
                        .setKey(ByteString.copyFrom(new byte[1]))
                        .setRangeEnd(ByteString.copyFrom(new byte[1]))
                        .build())
                .getKvsList()
                .stream()
                .map(pair -> pair.getKey().toStringUtf8())
                .toList());
  }

  public List<Member> members(int asked) {
    return ask(
        asked,
        channel ->
            ClusterGrpc.newBlockingStub(channel)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                .getMembersList());
  }

  public <T> T ask(int member, Function<ManagedChannel, T> question) {
    var address = UrlList.address(clientUrl(member));
    ManagedChannel channel = NettyChannelBuilder.forAddress(address).usePlaintext().build();
    try {
      return question.apply(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  @Override
  public void close() {
    List.copyOf(running.keySet()).forEach(this::stop);
  }
}
