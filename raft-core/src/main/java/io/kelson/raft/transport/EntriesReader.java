package io.kelson.raft.transport;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import java.util.List;

/** Reads the entries of an append; used again for the next one. */
final class EntriesReader {
  private final Gathering<Entry> entries = new Gathering<>();

  /** Reads one more. */
  void read(WireReader in) throws ProtocolException {
    long term = 0;
    long index = 0;
    int type = 0;
    byte[] data = WireReader.NOTHING;
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case WireTags.ENTRY_TERM -> term = in.number();
        case WireTags.ENTRY_INDEX -> index = in.number();
        case WireTags.ENTRY_TYPE -> type = in.varint32();
        case WireTags.ENTRY_DATA -> data = in.bytes();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    if (term < 1 || index < 1) {
      throw new ProtocolException(
          "entry "
              + Long.toUnsignedString(term)
              + "/"
              + Long.toUnsignedString(index)
              + " cannot follow anything");
    }
    entries.add(new Entry(term, index, type(type), data));
  }

  /**
   * All that were read.
   *
   * @param prev what comes before the first
   * @param term the leader's term, to which no entry is ahead
   */
  List<Entry> following(LogPosition prev, long term) throws ProtocolException {
    List<Entry> read = entries.toList();
    long lastTerm = prev.term();
    long lastIndex = prev.index();
    for (int i = 0; i < read.size(); i++) {
      Entry entry = read.get(i);
      if (entry.index() != lastIndex + 1 || entry.term() < lastTerm || entry.term() > term) {
        throw new ProtocolException(
            String.format(
                "entry %d/%d cannot follow %d/%d in an append of term %d",
                entry.term(), entry.index(), lastTerm, lastIndex, term));
      }
      lastTerm = entry.term();
      lastIndex = entry.index();
    }
    return read;
  }

  void clear() {
    entries.clear();
  }

  private static EntryType type(int number) throws ProtocolException {
    try {
      return EntryType.of(number);
    } catch (IllegalArgumentException e) {
      throw new ProtocolException(e.getMessage(), e);
    }
  }
}
