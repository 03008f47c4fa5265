package io.kelson.server.apply;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.MessageLite;
import io.kelson.api.AuthDisableResponse;
import io.kelson.api.AuthEnableResponse;
import io.kelson.api.AuthRoleAddResponse;
import io.kelson.api.AuthRoleDeleteResponse;
import io.kelson.api.AuthRoleGrantPermissionResponse;
import io.kelson.api.AuthRoleRevokePermissionResponse;
import io.kelson.api.AuthUserAddResponse;
import io.kelson.api.AuthUserChangePasswordResponse;
import io.kelson.api.AuthUserDeleteResponse;
import io.kelson.api.AuthUserGrantRoleResponse;
import io.kelson.api.AuthUserRevokeRoleResponse;
import io.kelson.api.AuthenticateResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.server.auth.AuthChange;
import io.kelson.server.auth.AuthStore;
import io.kelson.server.mvcc.ApplyBatch;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.proto.InternalRequest;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the log says of users, roles and tokens.
 *
 * <p>Such an entry is applied alone, whatever group it came in: the state that others are judged by
 * is then the same for a whole group, and readers never see a change of rights and a change of keys
 * in one step.
 */
final class AuthCommands {
  private static final int FIRST_FIELD = 40;
  private static final int LAST_FIELD = 59;

  /** Tag of the id, which stands first and takes eight bytes. */
  private static final byte ID_TAG = 1 << 3 | 1;

  private static final int REQUEST_AT = 9;
  private static final byte FIRST_PLAIN_TAG = 2 << 3 | 2;
  private static final byte LAST_PLAIN_TAG = 5 << 3 | 2;

  private final AuthStore auth;
  private AuthChange pending;

  AuthCommands(AuthStore auth) {
    this.auth = auth;
  }

  /**
   * Calls with runs of entries, in order, such that each command about users is a run by itself.
   */
  static void forEachRun(List<Entry> entries, Consumer<List<Entry>> run) {
    int from = 0;
    for (int i = 0; i < entries.size(); i++) {
      if (isOne(entries.get(i))) {
        if (from < i) {
          run.accept(entries.subList(from, i));
        }
        run.accept(entries.subList(i, i + 1));
        from = i + 1;
      }
    }
    if (from < entries.size()) {
      run.accept(entries.subList(from, entries.size()));
    }
  }

  /** Whether that is a command about users, by a look at its first bytes in nearly all cases. */
  static boolean isOne(Entry entry) {
    if (entry.type() != EntryType.NORMAL) {
      return false;
    }
    byte[] data = entry.data();
    boolean plain =
        data.length > REQUEST_AT
            && data[0] == ID_TAG
            && data[REQUEST_AT] >= FIRST_PLAIN_TAG
            && data[REQUEST_AT] <= LAST_PLAIN_TAG;
    return !plain && hasAuthField(data);
  }

  private static boolean hasAuthField(byte[] data) {
    CodedInputStream in = CodedInputStream.newInstance(data);
    try {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        int field = tag >>> 3;
        if (field >= FIRST_FIELD && field <= LAST_FIELD) {
          return true;
        }
        in.skipField(tag);
      }
      return false;
    } catch (IOException e) {
      // Whoever decodes it says what is wrong with it.
      return false;
    }
  }

  /** Refuses what the request's caller may not do. */
  void requireAllowed(InternalRequest request, ApplyBatch batch) {
    Permissions.require(request, auth.current(), batch);
  }

  /**
   * Carries a command out, up to {@link #committed}.
   *
   * @throws io.kelson.server.auth.AuthException if it is refused; nothing has been changed then
   */
  MessageLite execute(
      InternalRequest request, Entry entry, ApplyBatch batch, LeaseCommands.HeaderMaker headers) {
    AuthChange change = auth.change(request, entry.index());
    change.rows().forEach(batch.rows()::put);
    pending = change;
    return response(request, change, headers.header(entry.term(), batch.revision()));
  }

  private static MessageLite response(
      InternalRequest request, AuthChange change, ResponseHeader header) {
    return switch (request.getRequestCase()) {
      case AUTH_ENABLE -> AuthEnableResponse.newBuilder().setHeader(header).build();
      case AUTH_DISABLE -> AuthDisableResponse.newBuilder().setHeader(header).build();
      case AUTH_LOGIN ->
          AuthenticateResponse.newBuilder()
              .setHeader(header)
              .setToken(change.tokens().token())
              .build();
      case AUTH_USER_ADD -> AuthUserAddResponse.newBuilder().setHeader(header).build();
      case AUTH_USER_DELETE -> AuthUserDeleteResponse.newBuilder().setHeader(header).build();
      case AUTH_USER_CHANGE_PASSWORD ->
          AuthUserChangePasswordResponse.newBuilder().setHeader(header).build();
      case AUTH_USER_GRANT_ROLE -> AuthUserGrantRoleResponse.newBuilder().setHeader(header).build();
      case AUTH_USER_REVOKE_ROLE ->
          AuthUserRevokeRoleResponse.newBuilder().setHeader(header).build();
      case AUTH_ROLE_ADD -> AuthRoleAddResponse.newBuilder().setHeader(header).build();
      case AUTH_ROLE_DELETE -> AuthRoleDeleteResponse.newBuilder().setHeader(header).build();
      case AUTH_ROLE_GRANT_PERMISSION ->
          AuthRoleGrantPermissionResponse.newBuilder().setHeader(header).build();
      case AUTH_ROLE_REVOKE_PERMISSION ->
          AuthRoleRevokePermissionResponse.newBuilder().setHeader(header).build();
      default -> throw new IllegalArgumentException("not about users: " + request.getRequestCase());
    };
  }

  /** What was carried out since the last time has been written; shows it. */
  void committed() {
    if (pending != null) {
      auth.publish(pending);
      pending = null;
    }
  }

  /** A snapshot has been installed. */
  void replaced(MvccStore store) {
    auth.replaced(store);
  }
}
