package io.kelson.server.auth;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kelson.api.auth.Role;
import io.kelson.api.auth.User;
import io.kelson.server.mvcc.StoreException;
import io.kelson.server.proto.AuthRecord;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How the state stands in the store; {@code docs/DISK-FORMAT-STORE.md}. */
final class AuthRows {
  /** What the names of all rows begin with. */
  static final String PREFIX = "auth/";

  static final String STATE = PREFIX + "state";
  private static final long FIRST_REVISION = 1;
  private static final String USER_PREFIX = PREFIX + "user/";
  private static final String ROLE_PREFIX = PREFIX + "role/";

  private AuthRows() {}

  static String user(ByteString name) {
    return USER_PREFIX + name.toStringUtf8();
  }

  static String role(ByteString name) {
    return ROLE_PREFIX + name.toStringUtf8();
  }

  static byte[] state(AuthState state) {
    return AuthRecord.newBuilder()
        .setEnabled(state.enabled())
        .setRevision(state.revision())
        .setTicketKey(state.ticketKey())
        .build()
        .toByteArray();
  }

  /**
   * The state that rows hold; a store without any has no users yet.
   *
   * @throws StoreException if one of them is damaged
   */
  static AuthState read(SortedMap<String, byte[]> rows, Object generation) {
    try {
      byte[] state = rows.get(STATE);
      AuthRecord record =
          state == null
              ? AuthRecord.newBuilder().setRevision(FIRST_REVISION).build()
              : AuthRecord.parseFrom(state);
      SortedMap<ByteString, User> users = byName();
      SortedMap<ByteString, Role> roles = byName();
      for (Map.Entry<String, byte[]> row : rows.entrySet()) {
        if (row.getKey().startsWith(USER_PREFIX)) {
          User user = User.parseFrom(row.getValue());
          users.put(user.getName(), user);
        } else if (row.getKey().startsWith(ROLE_PREFIX)) {
          Role role = Role.parseFrom(row.getValue());
          roles.put(role.getName(), role);
        }
      }
      return new AuthState(
          record.getEnabled(),
          record.getRevision(),
          users,
          roles,
          record.getTicketKey(),
          generation);
    } catch (InvalidProtocolBufferException e) {
      throw new StoreException(
          "the store is damaged: a record of users does not parse;"
              + " kelson repair brings this member back from its peers",
          e);
    }
  }

  private static <T> SortedMap<ByteString, T> byName() {
    return new TreeMap<>(ByteString.unsignedLexicographicalComparator());
  }
}
