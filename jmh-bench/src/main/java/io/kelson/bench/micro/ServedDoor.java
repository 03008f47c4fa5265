package io.kelson.bench.micro;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.internal.ReadableBuffers;
import io.kelson.raft.core.Proposal;
import io.kelson.raft.core.Role;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.raft.runtime.ReadWaiter;
import io.kelson.server.cluster.ClusterInfo;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.maintenance.MaintenanceStore;
import io.kelson.server.maintenance.SpaceWatch;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.PurgeLoop;
import io.kelson.server.rpc.AuthParts;
import io.kelson.server.rpc.ClientDoor;
import io.kelson.server.rpc.ConsensusNode;
import io.kelson.server.rpc.MaintenanceParts;
import io.kelson.server.rpc.ReadThreads;
import java.io.InputStream;
import java.util.List;
import java.util.function.Consumer;

/**
 * The KV service of a server without a network below it and without consensus behind it: calls come
 * as bytes and leave as bytes, and what would go into the log is caught.
 */
final class ServedDoor implements AutoCloseable {
  private static final ServerConfig CONFIG =
      ServerConfig.builder()
          .name("m1")
          .initialAdvertisePeerUrls(List.of("http://127.0.0.1:2380"))
          .initialCluster(InitialCluster.parse("m1=http://127.0.0.1:2380"))
          .build();

  private final ReadThreads threads = ReadThreads.start();
  private final AuthParts auth = AuthParts.open(CONFIG, System::nanoTime, () -> 0);
  private final PurgeLoop purge;
  private final ServerServiceDefinition service;

  /**
   * @param store what is read; the caller closes it after this
   * @param log told of every proposal
   */
  ServedDoor(MvccStore store, Consumer<Proposal> log) {
    ClusterInfo cluster = ClusterInfo.of(CONFIG);
    ClientDoor door =
        new ClientDoor(CONFIG, cluster, new Catch(cluster.selfId(), log), System::nanoTime, 0);
    door.openAuth(store, auth);
    door.openLessor(store, threads);
    MaintenanceStore maintenance = new MaintenanceStore(store);
    SpaceWatch space = new SpaceWatch(-1, null, maintenance, 1, change -> {}, () -> {}, () -> true);
    door.openMaintenance(new MaintenanceParts(maintenance, space, id -> false, id -> {}, () -> {}));
    purge = PurgeLoop.start(store);
    // Of the services only the first, KV, is called; it knows neither watches nor members.
    service = door.services(store, null, threads, purge, null).get(0);
  }

  /** A method of the KV service, to be called as often as one likes. */
  Method<?, ?> method(MethodDescriptor<?, ?> generated) {
    return new Method<>(service.getMethod(generated.getFullMethodName()));
  }

  @Override
  public void close() {
    purge.close();
    threads.close();
    auth.close();
  }

  /** One unary method. */
  static final class Method<Q, A> {
    private final ServerMethodDefinition<Q, A> definition;

    private Method(ServerMethodDefinition<Q, A> definition) {
      this.definition = definition;
    }

    /**
     * Calls it.
     *
     * @param request the message as it came over the wire
     * @param answer given the message as it goes over the wire, to be drained on the thread it
     *     comes on
     * @return lets the call be cancelled, which is how a call ends that is not to be answered
     */
    Runnable call(byte[] request, Consumer<InputStream> answer) {
      MethodDescriptor<Q, A> descriptor = definition.getMethodDescriptor();
      ServerCall.Listener<Q> listener =
          definition
              .getServerCallHandler()
              .startCall(new Call<>(descriptor, answer), new Metadata());
      // The kind of stream that a transport gives: gRPC parses those of a known length another way.
      listener.onMessage(
          descriptor.parseRequest(ReadableBuffers.openStream(ReadableBuffers.wrap(request), true)));
      listener.onHalfClose();
      return listener::onCancel;
    }
  }

  private static final class Call<Q, A> extends ServerCall<Q, A> {
    private final MethodDescriptor<Q, A> descriptor;
    private final Consumer<InputStream> answer;

    Call(MethodDescriptor<Q, A> descriptor, Consumer<InputStream> answer) {
      this.descriptor = descriptor;
      this.answer = answer;
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(A message) {
      answer.accept(descriptor.streamResponse(message));
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!status.isOk()) {
        throw new IllegalStateException("a call was refused: " + status);
      }
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<Q, A> getMethodDescriptor() {
      return descriptor;
    }
  }

  private record Catch(long self, Consumer<Proposal> log) implements ConsensusNode {
    @Override
    public boolean propose(Proposal proposal) {
      log.accept(proposal);
      return true;
    }

    @Override
    public boolean read(ReadWaiter waiter) {
      throw new UnsupportedOperationException("only serializable reads are measured");
    }

    @Override
    public RaftStatus status() {
      return new RaftStatus(self, Role.LEADER, 1, self, 1, 1, 1, 1);
    }
  }
}
