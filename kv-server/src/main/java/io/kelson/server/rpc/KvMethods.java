package io.kelson.server.rpc;

import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.kelson.api.KVGrpc;
import java.util.List;

/**
 * The KV service as it is registered: as generated, but for the calls whose answers are too large
 * to be messages first.
 */
final class KvMethods {
  private KvMethods() {}

  static ServerServiceDefinition of(KvService service, RangeCalls ranges, RangeStreams streams) {
    ServerMethodDefinition<?, ?> range =
        ServerMethodDefinition.create(
            AnsweringMethods.answering(KVGrpc.getRangeMethod()),
            ServerCalls.asyncUnaryCall(ranges::range));
    ServerMethodDefinition<?, ?> rangeStream =
        ServerMethodDefinition.create(
            AnsweringMethods.answering(KVGrpc.getRangeStreamMethod()),
            ServerCalls.asyncServerStreamingCall(streams::rangeStream));
    return AnsweringMethods.replaced(service.bindService(), List.of(range, rangeStream));
  }
}
