package io.kelson.chaos;

import com.google.protobuf.ByteString;
import io.kelson.api.mvcc.KeyValue;
import java.util.zip.CRC32C;

/**
 * A key as a member holds it, or as a watch reported it.
 *
 * @param value the value, or where it is long its beginning and a checksum of it all
 */
public record StoredKey(
    String key, String value, long createRevision, long modRevision, long version) {
  private static final int MAX_KEPT_BYTES = 4_096;

  static StoredKey of(KeyValue kv) {
    return new StoredKey(
        kv.getKey().toStringUtf8(),
        value(kv.getValue()),
        kv.getCreateRevision(),
        kv.getModRevision(),
        kv.getVersion());
  }

  private static String value(ByteString value) {
    if (value.size() <= MAX_KEPT_BYTES) {
      return value.toStringUtf8();
    }
    CRC32C crc = new CRC32C();
    value.asReadOnlyByteBufferList().forEach(crc::update);
    return "%s... (%d bytes, crc %08x)"
        .formatted(value.substring(0, 64).toStringUtf8(), value.size(), crc.getValue());
  }
}
