package io.kelson.server.http;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;

/** Where a gateway call's answers go. On the connection's event loop, but for {@link #print}. */
interface CallOutput {
  /** The text of one answer; on any thread. */
  ByteBuf print(Message answer);

  /**
   * One answer.
   *
   * @param json released by the callee
   * @param written run when it has left, or will not
   */
  void send(ByteBuf json, Runnable written);

  /** The call has ended; nothing is sent any more. */
  void end(Status status);

  /** Whether more should be sent now; any thread. */
  boolean isWritable();

  /** Whether nothing should be read from the client for now. */
  void pauseReading(boolean pause);
}
