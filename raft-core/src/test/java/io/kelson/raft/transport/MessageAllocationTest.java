package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a message costs in garbage, which is what the code by hand is there for. */
class MessageAllocationTest {
  private static final int ROUNDS = 1000;
  private static final int PAYLOAD_BYTES = 300;

  /** A message with its position and list, an entry with its array: about 130 and 370 bytes. */
  private static final int MESSAGE_BYTES = 200;

  private static final int ENTRY_BYTES = PAYLOAD_BYTES + 100;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** On the heap, where Netty does not look for leaks and so keeps no records of every access. */
  private final ByteBuf buffer = Unpooled.buffer(1 << 16);

  private final MessageReader reader = new MessageReader(1, 2);
  private Message last;

  @ParameterizedTest(name = "append of {0}")
  @ValueSource(ints = {0, 1, 16})
  void nothingButTheMessageIsAllocated(int entries) throws ProtocolException {
    Message append = append(entries);
    // Once for the classes to be loaded.
    measureWrites(append);
    measureReads();

    assertThat(measureWrites(append)).isLessThan(16L * ROUNDS);
    assertThat(measureReads()).isLessThan((long) (MESSAGE_BYTES + entries * ENTRY_BYTES) * ROUNDS);
    assertThat(last).isEqualTo(append);
  }

  private long measureWrites(Message message) {
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < ROUNDS; i++) {
      buffer.clear();
      MessageWriter.write(message, MessageWriter.messageBytes(message), buffer);
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private long measureReads() throws ProtocolException {
    int length = buffer.getInt(0);
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < ROUNDS; i++) {
      last = reader.read(buffer, ControlFrames.LENGTH_BYTES, length);
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static Message append(int count) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      entries.add(new Entry(3, 1_000_000 + i, EntryType.NORMAL, new byte[PAYLOAD_BYTES]));
    }
    return new Message.AppendRequest(
        1, 2, 3, new LogPosition(3, 1_000_000), List.copyOf(entries), 999_999, 12_345);
  }
}
