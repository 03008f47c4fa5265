package io.kelson.server.rpc;

import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.stub.ServerCalls;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.DeleteRangeResponse;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeResponse;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;

/** The methods of the KV service as calls find them. */
record KvMethods(KvService service, RangeCalls ranges, RangeStreams streams) {
  /**
   * As gRPC registers them: as generated, but for the calls whose answers are too large to be
   * messages first.
   */
  ServerServiceDefinition registered() {
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

  /** Those that do without gRPC; for the parameters see {@link DirectCalls}. */
  DirectCalls direct(
      BooleanSupplier isPlain,
      SlowRequests slow,
      BiFunction<String, CharSequence, ServerStreamTracer> counters) {
    return new DirectCalls(
        List.of(
            new DirectCalls.Method<>(
                KVGrpc.getRangeMethod(),
                ShortRequests::maybeRange,
                RangeCalls::isOfOneKey,
                RangeResponse.class,
                ranges::oneKey),
            new DirectCalls.Method<>(
                KVGrpc.getPutMethod(),
                ShortRequests::maybePut,
                put -> true,
                PutResponse.class,
                service::put),
            new DirectCalls.Method<>(
                KVGrpc.getDeleteRangeMethod(),
                bytes -> ShortRequests.maybe(DeleteRangeRequest.parser(), bytes),
                delete -> true,
                DeleteRangeResponse.class,
                service::deleteRange),
            new DirectCalls.Method<>(
                KVGrpc.getTxnMethod(),
                bytes -> ShortRequests.maybe(TxnRequest.parser(), bytes),
                txn -> true,
                TxnResponse.class,
                service::txn)),
        isPlain,
        slow,
        counters);
  }
}
