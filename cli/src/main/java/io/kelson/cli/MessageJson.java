package io.kelson.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.kelson.client.Bytes;
import java.util.List;
import java.util.function.Consumer;

/**
 * A message of the API as Go's encoder writes the struct made from it: the names of the definition,
 * numbers as numbers, enums too, bytes in base64, and nothing that is zero or empty.
 */
final class MessageJson {
  private MessageJson() {}

  /** The fields of a message, in the order they are defined. */
  static Consumer<Json> fields(Message message) {
    return json -> write(json, message);
  }

  private static void write(Json json, Message message) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        repeated(json, field, (List<?>) message.getField(field));
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        if (message.hasField(field)) {
          json.object(field.getName(), fields((Message) message.getField(field)));
        }
      } else {
        single(json, field, message.getField(field));
      }
    }
  }

  private static void single(Json json, FieldDescriptor field, Object value) {
    String name = field.getName();
    switch (field.getJavaType()) {
      case BOOLEAN -> json.maybe(name, (boolean) value);
      case STRING -> json.maybe(name, (String) value);
      case BYTE_STRING -> json.maybe(name, Bytes.of(((ByteString) value).toByteArray()));
      case ENUM -> json.maybe(name, ((EnumValueDescriptor) value).getNumber());
      case INT -> {
        int number = (int) value;
        boolean isUnsigned = field.getType() == FieldDescriptor.Type.UINT32;
        json.maybe(name, isUnsigned ? Integer.toUnsignedLong(number) : number);
      }
      case LONG -> {
        boolean isUnsigned = field.getType() == FieldDescriptor.Type.UINT64;
        json.maybe(name, isUnsigned, (long) value);
      }
      default -> throw new IllegalArgumentException("no message has a field of " + field);
    }
  }

  private static void repeated(Json json, FieldDescriptor field, List<?> values) {
    switch (field.getJavaType()) {
      case STRING ->
          json.maybeStrings(field.getName(), values.stream().map(String.class::cast).toList());
      case MESSAGE ->
          json.maybeList(field.getName(), values, (inner, value) -> write(inner, (Message) value));
      default -> throw new IllegalArgumentException("no message has a list of " + field);
    }
  }
}
