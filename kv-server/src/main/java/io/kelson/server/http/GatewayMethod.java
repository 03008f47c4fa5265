package io.kelson.server.http;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.util.List;

/**
 * An RPC and where the gateway has it.
 *
 * @param rpc as generated
 * @param paths the first is the one to use, the others are older
 */
record GatewayMethod(MethodDescriptor<?, ?> rpc, List<String> paths) {
  static GatewayMethod of(MethodDescriptor<?, ?> rpc, String... paths) {
    return new GatewayMethod(rpc, List.of(paths));
  }

  String name() {
    return rpc.getFullMethodName();
  }

  /** Whether the client may send more than one message. */
  boolean takesMany() {
    return !rpc.getType().clientSendsOneMessage();
  }

  /** Whether the answer is a stream. */
  boolean sendsMany() {
    return !rpc.getType().serverSendsOneMessage();
  }

  /** An empty request. */
  Message request() {
    return prototype(rpc.getRequestMarshaller());
  }

  /** An empty response. */
  Message response() {
    return prototype(rpc.getResponseMarshaller());
  }

  private static Message prototype(Marshaller<?> marshaller) {
    return (Message) ((PrototypeMarshaller<?>) marshaller).getMessagePrototype();
  }
}
