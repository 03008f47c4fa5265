package io.kelson.server.diff;

import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One of the two sides: a member or a cluster that answers calls, and who it says it is. */
final class Server implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 64 << 20;
  private static final long START_SECONDS = 60;

  private final String name;
  private final List<ManagedChannel> opened;
  private final List<Channel> channels;
  private final List<Identity> identities;
  private final String version;
  private final AutoCloseable process;

  private Server(
      String name,
      List<ManagedChannel> opened,
      List<Channel> channels,
      List<StatusResponse> status,
      AutoCloseable process) {
    this.name = name;
    this.opened = opened;
    this.channels = channels;
    this.identities = status.stream().map(Identity::of).toList();
    this.version = status.get(0).getVersion();
    this.process = process;
  }

  /**
   * Connects, and waits until each endpoint answers.
   *
   * @param process what to close at the end, after the connections
   */
  static Server connect(String name, List<String> endpoints, AutoCloseable process) {
    List<ManagedChannel> opened = new ArrayList<>();
    List<StatusResponse> status = new ArrayList<>();
    try {
      for (String endpoint : endpoints) {
        opened.add(channelTo(endpoint));
      }
      for (ManagedChannel channel : opened) {
        status.add(
            MaintenanceGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(START_SECONDS, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance()));
      }
    } catch (RuntimeException e) {
      opened.forEach(ManagedChannel::shutdownNow);
      throw e;
    }
    return new Server(name, opened, List.copyOf(opened), status, process);
  }

  private static ManagedChannel channelTo(String endpoint) {
    return Grpc.newChannelBuilder(
            endpoint.replace("http://", ""), InsecureChannelCredentials.create())
        .directExecutor()
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .build();
  }

  /** The same server seen through something that changes what is said. */
  Server through(java.util.function.UnaryOperator<Channel> view) {
    return new Server(this, channels.stream().map(view).toList());
  }

  private Server(Server other, List<Channel> channels) {
    this.name = other.name;
    this.opened = other.opened;
    this.channels = channels;
    this.identities = other.identities;
    this.version = other.version;
    this.process = other.process;
  }

  String name() {
    return name;
  }

  /** What Status said; for Kelson the version of the API. */
  String version() {
    return version;
  }

  int members() {
    return channels.size();
  }

  /** A way to one member; any number names one. */
  Channel channel(int member) {
    return channels.get(member % channels.size());
  }

  Identity identity(int member) {
    return identities.get(member % identities.size());
  }

  @Override
  public void close() {
    opened.forEach(ManagedChannel::shutdownNow);
    try {
      process.close();
    } catch (Exception e) {
      throw new IllegalStateException("cannot stop " + name, e);
    }
  }
}
