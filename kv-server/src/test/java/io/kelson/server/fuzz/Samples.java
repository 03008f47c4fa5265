package io.kelson.server.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.kelson.api.AuthGrpc;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.WatchGrpc;
import io.kelson.api.election.ElectionGrpc;
import io.kelson.api.lock.LockGrpc;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Valid messages of a type, by its descriptor: what there is to harm. */
public final class Samples {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          KVGrpc.getServiceDescriptor(),
          WatchGrpc.getServiceDescriptor(),
          LeaseGrpc.getServiceDescriptor(),
          ClusterGrpc.getServiceDescriptor(),
          MaintenanceGrpc.getServiceDescriptor(),
          AuthGrpc.getServiceDescriptor(),
          LockGrpc.getServiceDescriptor(),
          ElectionGrpc.getServiceDescriptor(),
          HealthGrpc.getServiceDescriptor());

  private static final int MAX_DEPTH = 5;

  private final Random random;

  /**
   * @param random decides all of them
   */
  public Samples(Random random) {
    this.random = random;
  }

  /** Every call there is. */
  static List<MethodDescriptor<?, ?>> methods() {
    return SERVICES.stream()
        .flatMap(service -> Stream.<MethodDescriptor<?, ?>>of(methodsOf(service)))
        .toList();
  }

  private static MethodDescriptor<?, ?>[] methodsOf(ServiceDescriptor service) {
    return service.getMethods().toArray(MethodDescriptor<?, ?>[]::new);
  }

  /** The empty request of a call. */
  static Message request(MethodDescriptor<?, ?> method) {
    PrototypeMarshaller<?> marshaller = (PrototypeMarshaller<?>) method.getRequestMarshaller();
    return (Message) marshaller.getMessagePrototype();
  }

  /** A message with some of its fields set. */
  public Message of(Message prototype) {
    return of(prototype, 0);
  }

  private Message of(Message prototype, int depth) {
    Message.Builder message = prototype.newBuilderForType();
    for (FieldDescriptor field : prototype.getDescriptorForType().getFields()) {
      boolean message0 = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
      if (random.nextInt(3) == 0 || message0 && depth >= MAX_DEPTH) {
        continue;
      }
      if (field.isRepeated()) {
        for (int i = random.nextInt(3); i > 0; i--) {
          message.addRepeatedField(field, value(message, field, depth));
        }
      } else {
        message.setField(field, value(message, field, depth));
      }
    }
    return message.build();
  }

  private Object value(Message.Builder parent, FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(5);
      case LONG -> random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(5);
      case FLOAT -> random.nextFloat();
      case DOUBLE -> random.nextDouble();
      case BOOLEAN -> random.nextBoolean();
      case STRING -> text();
      case BYTE_STRING -> ByteString.copyFromUtf8(text());
      case ENUM -> oneOf(field.getEnumType());
      case MESSAGE -> of(parent.newBuilderForField(field).getDefaultInstanceForType(), depth + 1);
    };
  }

  private Object oneOf(EnumDescriptor type) {
    return type.getValues().get(random.nextInt(type.getValues().size()));
  }

  private String text() {
    int length = random.nextInt(6) == 0 ? 0 : 1 + random.nextInt(3);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) (random.nextInt(20) == 0 ? 0 : 'a' + random.nextInt(6)));
    }
    return text.toString();
  }
}
