package io.kelson.raft.transport;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kelson.raft.transport.proto.Wire;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * The frames with which a connection is set up and watched: all but the messages of consensus.
 *
 * <p>They are few, so the generated classes do; messages, which are many, are left to {@link
 * MessageWriter} and {@link MessageReader}.
 */
final class ControlFrames {
  /** Bytes of the length that precedes each frame, of whatever kind. */
  static final int LENGTH_BYTES = Integer.BYTES;

  private ControlFrames() {}

  /** Appends a frame, with its length in front, to a buffer that has or makes room for it. */
  static void write(Wire.Frame frame, ByteBuf out) {
    int size = frame.getSerializedSize();
    out.ensureWritable(LENGTH_BYTES + size);
    out.writeInt(size);
    CodedOutputStream coded = CodedOutputStream.newInstance(out.nioBuffer(out.writerIndex(), size));
    try {
      frame.writeTo(coded);
      coded.flush();
    } catch (IOException e) {
      throw new IllegalStateException("a frame of " + size + " bytes did not fit its own size", e);
    }
    out.writerIndex(out.writerIndex() + size);
  }

  /**
   * Reads a frame, without its length, from a part of a buffer whose indices stay as they are.
   *
   * @throws ProtocolException if these bytes are no frame
   */
  static Wire.Frame parse(ByteBuf bytes, int start, int length) throws ProtocolException {
    try {
      return Wire.Frame.parseFrom(bytes.nioBuffer(start, length));
    } catch (InvalidProtocolBufferException e) {
      throw new ProtocolException("not a frame of the peer protocol: " + e.getMessage(), e);
    }
  }
}
