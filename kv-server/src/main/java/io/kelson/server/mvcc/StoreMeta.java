package io.kelson.server.mvcc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.kelson.raft.core.LogPosition;
import io.kelson.server.proto.MemberAttributes;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a store says of itself in its {@code default} column family.
 *
 * @param applied the last entry whose effect is in the store
 * @param revision the newest main revision
 * @param compactRevision the oldest readable revision, below 1 if all are
 * @param config the data of the newest configuration entry up to {@code applied}; empty if there
 *     was none
 * @param restored tells the restore that this store began with from others; empty if none did
 * @param members what the members said of themselves, by id; immutable
 */
record StoreMeta(
    LogPosition applied,
    long revision,
    long compactRevision,
    byte[] config,
    byte[] restored,
    SortedMap<Long, MemberAttributes> members) {
  private static final long FIRST_REVISION = 1;

  /** Below 0, as in etcd: compaction to 0 is accepted once, though it does nothing. */
  private static final long NOTHING_COMPACTED = -1;

  static StoreMeta read(Database database) {
    byte[] applied = get(database, Layout.APPLIED);
    byte[] config = get(database, Layout.CONFIG);
    byte[] restored = get(database, Layout.RESTORED);
    return new StoreMeta(
        applied == null ? LogPosition.ZERO : Layout.decodePosition(applied),
        number(database, Layout.REVISION, FIRST_REVISION),
        number(database, Layout.COMPACT, NOTHING_COMPACTED),
        config == null ? new byte[0] : config,
        restored == null ? new byte[0] : restored,
        members(database));
  }

  static byte[] get(Database database, byte[] key) {
    return database.get(database.meta(), database.plainReads(), key);
  }

  private static long number(Database database, byte[] key, long otherwise) {
    byte[] value = get(database, key);
    return value == null ? otherwise : Layout.decodeLong(value);
  }

  private static SortedMap<Long, MemberAttributes> members(Database database) {
    SortedMap<Long, MemberAttributes> loaded = new TreeMap<>(Long::compareUnsigned);
    try (BoundedIterator iterator =
        new BoundedIterator(
            database,
            database.meta(),
            database.plainReads(),
            Layout.MEMBER_PREFIX,
            Layout.MEMBER_END)) {
      while (iterator.advance()) {
        loaded.put(Layout.memberId(iterator.key()), MemberAttributes.parseFrom(iterator.value()));
      }
    } catch (InvalidProtocolBufferException e) {
      throw Layout.damaged("a member record does not parse", e);
    }
    return Collections.unmodifiableSortedMap(loaded);
  }
}
