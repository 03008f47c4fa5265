package io.kelson.cli;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.api.mvcc.KeyValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * What {@code bin/kelsonctl} runs once to make its archive of loaded classes: commands against a
 * server of one key in this process, so that every class a command needs has been loaded and linked
 * when the JVM writes them out.
 */
public final class ArchiveTraining {
  private ArchiveTraining() {}

  /** Runs the commands; needs no argument, prints nothing. */
  public static void main(String[] arguments) throws IOException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(new OneKey())
            .build()
            .start();
    Map<String, String> variables =
        Map.of("KELSONCTL_ENDPOINTS", "127.0.0.1:" + server.getPort(), "TERM", "dumb");
    for (List<String> line :
        List.of(
            List.of("version"),
            List.of("help"),
            List.of("put", "a", "b"),
            List.of("get", "a"),
            List.of("get", "a", "-w", "json"),
            List.of("get", "a", "-w", "fields"))) {
      run(line, variables);
    }
    Main.console();
    RawArguments.of(arguments);
    for (String name : Commands.names()) {
      Commands.named(name).form();
    }
    server.shutdownNow();
  }

  private static void run(List<String> line, Map<String, String> variables) {
    Console console =
        new Console(
            InputStream.nullInputStream(),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream(),
            Terminal.of("", variables));
    new Kelsonctl(console, variables).run(line);
  }

  /** A store that answers everything with the same key. */
  private static final class OneKey extends KVGrpc.KVImplBase {
    private static final ResponseHeader HEADER =
        ResponseHeader.newBuilder()
            .setClusterId(1)
            .setMemberId(1)
            .setRevision(2)
            .setRaftTerm(1)
            .build();

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> reply) {
      reply.onNext(
          RangeResponse.newBuilder()
              .setHeader(HEADER)
              .addKvs(KeyValue.newBuilder().setKey(request.getKey()).setValue(request.getKey()))
              .setCount(1)
              .build());
      reply.onCompleted();
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> reply) {
      reply.onNext(PutResponse.newBuilder().setHeader(HEADER).build());
      reply.onCompleted();
    }
  }
}
