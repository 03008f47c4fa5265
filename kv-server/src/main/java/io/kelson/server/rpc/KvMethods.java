package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
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
            answering(KVGrpc.getRangeMethod()), ServerCalls.asyncUnaryCall(ranges::range));
    ServerMethodDefinition<?, ?> rangeStream =
        ServerMethodDefinition.create(
            answering(KVGrpc.getRangeStreamMethod()),
            ServerCalls.asyncServerStreamingCall(streams::rangeStream));
    return replaced(service.bindService(), List.of(range, rangeStream));
  }

  private static <Q, A extends MessageLite> MethodDescriptor<Q, Answer<A>> answering(
      MethodDescriptor<Q, A> generated) {
    return generated.toBuilder(
            generated.getRequestMarshaller(), Answer.marshaller(generated.getResponseMarshaller()))
        .build();
  }

  private static ServerServiceDefinition replaced(
      ServerServiceDefinition generated, List<ServerMethodDefinition<?, ?>> own) {
    List<String> names =
        own.stream().map(method -> method.getMethodDescriptor().getFullMethodName()).toList();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(generated.getServiceDescriptor().getName())
            .setSchemaDescriptor(generated.getServiceDescriptor().getSchemaDescriptor());
    for (MethodDescriptor<?, ?> method : generated.getServiceDescriptor().getMethods()) {
      if (!names.contains(method.getFullMethodName())) {
        descriptor.addMethod(method);
      }
    }
    own.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(descriptor.build());
    for (ServerMethodDefinition<?, ?> method : generated.getMethods()) {
      if (!names.contains(method.getMethodDescriptor().getFullMethodName())) {
        service.addMethod(method);
      }
    }
    own.forEach(service::addMethod);
    return service.build();
  }
}
