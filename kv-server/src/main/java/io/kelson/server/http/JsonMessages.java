package io.kelson.server.http;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * Messages as JSON, the way etcd's gateway has them: fields by their names in the .proto files,
 * 64-bit numbers as strings, bytes as base64, nothing that is zero. Read is more: camelCase names,
 * numbers as numbers, base64 of either alphabet, and fields that nobody knows.
 */
final class JsonMessages {
  private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

  private JsonMessages() {}

  /**
   * Reads one message.
   *
   * @throws BadJsonException if the JSON is malformed or says something else
   */
  static Message read(byte[] json, Message prototype) throws BadJsonException {
    Message.Builder builder = prototype.newBuilderForType();
    try {
      PARSER.merge(new String(json, StandardCharsets.UTF_8), builder);
      return builder.build();
    } catch (InvalidProtocolBufferException e) {
      throw bad(prototype, e);
    } catch (RuntimeException e) {
      // The library lets some of what Gson and BigDecimal throw pass.
      throw bad(prototype, e);
    }
  }

  private static BadJsonException bad(Message prototype, Exception cause) {
    String detail =
        String.valueOf(cause.getMessage())
            .replaceAll("\\b[\\w.]+Exception: ", "")
            .lines()
            .findFirst()
            .orElse("");
    return new BadJsonException(
        "this is no %s in JSON: %s".formatted(prototype.getDescriptorForType().getName(), detail));
  }

  /** Writes one message between two texts; the buffer is the caller's to release. */
  static ByteBuf write(String before, Message message, String after) {
    ByteBuf json = Unpooled.buffer(message.getSerializedSize() * 3 / 2 + 64);
    try (Writer out =
        new OutputStreamWriter(new ByteBufOutputStream(json), StandardCharsets.UTF_8)) {
      out.write(before);
      PRINTER.appendTo(message, out);
      out.write(after);
    } catch (IOException e) {
      json.release();
      throw new UncheckedIOException(e);
    }
    return json;
  }
}
