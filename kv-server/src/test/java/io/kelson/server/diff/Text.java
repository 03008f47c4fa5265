package io.kelson.server.diff;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.util.List;
import java.util.Map;

/** Messages as a reader wants them: one line, bytes escaped, long values cut. */
final class Text {
  private static final int LONGEST_BYTES = 40;
  private static final int KEPT_BYTES = 10;

  private Text() {}

  static String of(Message message) {
    String text = TextFormat.printer().emittingSingleLine(true).printToString(cut(message));
    return message.getDescriptorForType().getName() + " {" + text.strip() + "}";
  }

  private static Message cut(Message message) {
    Message.Builder builder = message.toBuilder();
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      Object value = field.getValue();
      builder.setField(
          field.getKey(),
          value instanceof List<?> list ? list.stream().map(Text::cut).toList() : cut(value));
    }
    return builder.build();
  }

  private static Object cut(Object value) {
    if (value instanceof Message message) {
      return cut(message);
    }
    return value instanceof ByteString bytes && bytes.size() > LONGEST_BYTES
        ? bytes
            .substring(0, KEPT_BYTES)
            .concat(ByteString.copyFromUtf8("... " + bytes.size() + " bytes"))
        : value;
  }
}
