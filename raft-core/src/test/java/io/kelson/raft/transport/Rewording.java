package io.kelson.raft.transport;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Says the same in other bytes that protobuf gives the same meaning: fields in another order,
 * numbers that a later one overrules, nested messages in two parts, fields nobody knows in between,
 * numbers with more bytes than they need.
 */
final class Rewording {
  private static final int MAX_NUMBER = (1 << 29) - 1;

  private final Random random;

  Rewording(Random random) {
    this.random = random;
  }

  byte[] of(Descriptor type, byte[] message) throws IOException {
    return joined(fields(type, message)).toByteArray();
  }

  /** The message's fields, each of them complete, in an order that keeps the meaning. */
  private List<ByteString> fields(Descriptor type, byte[] message) throws IOException {
    Map<Integer, Deque<ByteString>> byTag = new LinkedHashMap<>();
    CodedInputStream in = CodedInputStream.newInstance(message);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      byTag
          .computeIfAbsent(tag, t -> new ArrayDeque<>())
          .addAll(reworded(field, tag, value(tag, in)));
    }
    List<Deque<ByteString>> rows = new ArrayList<>(byTag.values());
    for (int i = random.nextInt(3); i > 0; i--) {
      rows.add(new ArrayDeque<>(List.of(unknown(type, 0))));
    }
    return shuffled(rows);
  }

  private List<ByteString> shuffled(List<Deque<ByteString>> rows) {
    List<ByteString> order = new ArrayList<>();
    while (!rows.isEmpty()) {
      Deque<ByteString> row = rows.get(random.nextInt(rows.size()));
      order.add(row.remove());
      if (row.isEmpty()) {
        rows.remove(row);
      }
    }
    return order;
  }

  private List<ByteString> reworded(FieldDescriptor field, int tag, ByteString value)
      throws IOException {
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      List<ByteString> nested = fields(field.getMessageType(), value.toByteArray());
      int cut = field.isRepeated() ? 0 : random.nextInt(nested.size() + 1);
      return cut == 0
          ? List.of(nested(tag, joined(nested)))
          : List.of(
              nested(tag, joined(nested.subList(0, cut))),
              nested(tag, joined(nested.subList(cut, nested.size()))));
    }
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      return List.of(nested(tag, value));
    }
    ByteString last = padded(tag).concat(value);
    boolean isRepeated = random.nextInt(3) == 0;
    return isRepeated ? List.of(padded(tag).concat(scalar(tag)), last) : List.of(last);
  }

  /** A field's value as it stands in the bytes; of what has a length, without that. */
  private ByteString value(int tag, CodedInputStream in) throws IOException {
    return switch (WireFormat.getTagWireType(tag)) {
      case WireFormat.WIRETYPE_VARINT -> padded(in.readInt64(), 9);
      case WireFormat.WIRETYPE_LENGTH_DELIMITED -> in.readBytes();
      default -> ByteString.copyFrom(in.readRawBytes(Long.BYTES));
    };
  }

  private ByteString scalar(int tag) {
    return WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_VARINT
        ? padded(random.nextLong(), 10)
        : bytes(Long.BYTES);
  }

  /** A field that the message does not have: of another number, or of another type. */
  private ByteString unknown(Descriptor type, int depth) {
    int number = random.nextInt(8) == 0 ? MAX_NUMBER : 1 + random.nextInt(30);
    int wireType = random.nextInt(6);
    boolean isKnown = type.findFieldByNumber(number) != null;
    if (wireType == WireFormat.WIRETYPE_END_GROUP || (isKnown && wireType < 3)) {
      wireType = WireFormat.WIRETYPE_FIXED32;
    }
    int tag = number << 3 | wireType;
    return switch (wireType) {
      case WireFormat.WIRETYPE_LENGTH_DELIMITED -> nested(tag, bytes(random.nextInt(200)));
      case WireFormat.WIRETYPE_START_GROUP -> group(type, number, depth);
      case WireFormat.WIRETYPE_FIXED32 -> padded(tag).concat(bytes(Integer.BYTES));
      default -> padded(tag).concat(scalar(tag));
    };
  }

  private ByteString group(Descriptor type, int number, int depth) {
    ByteString group = padded(number << 3 | WireFormat.WIRETYPE_START_GROUP);
    for (int i = depth < 4 ? random.nextInt(3) : 0; i > 0; i--) {
      group = group.concat(unknown(type, depth + 1));
    }
    return group.concat(padded(number << 3 | WireFormat.WIRETYPE_END_GROUP));
  }

  private ByteString nested(int tag, ByteString value) {
    return padded(tag).concat(padded(value.size(), 10)).concat(value);
  }

  private ByteString padded(int tag) {
    return padded(Integer.toUnsignedLong(tag), 10);
  }

  /** A number, now and then with bytes that add nothing to it, up to so many. */
  private ByteString padded(long value, int maxBytes) {
    byte[] bytes = new byte[maxBytes];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeUInt64NoTag(value);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    int length = out.getTotalBytesWritten();
    if (random.nextInt(10) == 0) {
      for (int more = random.nextInt(maxBytes - length + 1); more > 0; more--) {
        bytes[length - 1] |= (byte) 0x80;
        length++;
      }
    }
    return ByteString.copyFrom(bytes, 0, length);
  }

  private ByteString bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private static ByteString joined(List<ByteString> parts) {
    return ByteString.copyFrom(parts);
  }
}
