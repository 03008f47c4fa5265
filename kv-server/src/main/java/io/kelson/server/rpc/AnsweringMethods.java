package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.List;

/** Puts methods that answer with {@link Answer}s in the place of generated ones. */
final class AnsweringMethods {
  private AnsweringMethods() {}

  /** A method as generated, but for what it answers with. */
  static <Q, A extends MessageLite> MethodDescriptor<Q, Answer<A>> answering(
      MethodDescriptor<Q, A> generated) {
    return generated.toBuilder(
            generated.getRequestMarshaller(), Answer.marshaller(generated.getResponseMarshaller()))
        .build();
  }

  /** A service with some methods in the place of those that have their names. */
  static ServerServiceDefinition replaced(
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
