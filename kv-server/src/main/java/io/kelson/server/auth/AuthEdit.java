package io.kelson.server.auth;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.kelson.api.AuthRoleGrantPermissionRequest;
import io.kelson.api.AuthRoleRevokePermissionRequest;
import io.kelson.api.AuthUserGrantRoleRequest;
import io.kelson.api.AuthUserRevokeRoleRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.auth.Permission;
import io.kelson.api.auth.Role;
import io.kelson.api.auth.User;
import io.kelson.api.auth.UserAddOptions;
import io.kelson.server.proto.AuthNewPassword;
import io.kelson.server.proto.AuthNewUser;
import io.kelson.server.proto.InternalRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The next state of authentication: the present one with one command carried out, and the rows in
 * which they differ. A function of the two; what can be refused is refused before anything changes.
 */
final class AuthEdit {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});
  private static final Comparator<ByteString> BYTES =
      ByteString.unsignedLexicographicalComparator();

  /** As etcd shows them: by key. What begins alike is ordered by its end, so that it is settled. */
  private static final Comparator<Permission> BY_RANGE =
      Comparator.comparing(Permission::getKey, BYTES).thenComparing(Permission::getRangeEnd, BYTES);

  private final AuthState before;
  private final SortedMap<ByteString, User> users;
  private final SortedMap<ByteString, Role> roles;
  private final SortedMap<String, byte[]> rows = new TreeMap<>();
  private boolean enabled;
  private long revision;
  private ByteString ticketKey;
  private TokenEffect tokens = TokenEffect.NONE;

  private AuthEdit(AuthState before) {
    this.before = before;
    this.users = new TreeMap<>(BYTES);
    this.users.putAll(before.users());
    this.roles = new TreeMap<>(BYTES);
    this.roles.putAll(before.roles());
    this.enabled = before.enabled();
    this.revision = before.revision();
    this.ticketKey = before.ticketKey();
  }

  /**
   * Carries a command out.
   *
   * @param index of the entry the command stands in
   * @throws AuthException if it is refused
   */
  static AuthChange of(InternalRequest command, long index, AuthState before) {
    AuthEdit edit = new AuthEdit(before);
    switch (command.getRequestCase()) {
      case AUTH_ENABLE -> edit.enable(command.getAuthEnable().getTicketKey());
      case AUTH_DISABLE -> edit.disable();
      case AUTH_LOGIN ->
          edit.login(
              command.getAuthLogin().getUser(),
              command.getAuthLogin().getTokenPrefix() + "." + index,
              command.getAuthLogin().getCheckedRevision());
      case AUTH_USER_ADD -> edit.addUser(command.getAuthUserAdd());
      case AUTH_USER_DELETE -> edit.deleteUser(command.getAuthUserDelete().getName());
      case AUTH_USER_CHANGE_PASSWORD -> edit.changePassword(command.getAuthUserChangePassword());
      case AUTH_USER_GRANT_ROLE -> edit.grantRole(command.getAuthUserGrantRole());
      case AUTH_USER_REVOKE_ROLE -> edit.revokeRole(command.getAuthUserRevokeRole());
      case AUTH_ROLE_ADD -> edit.addRole(command.getAuthRoleAdd().getName());
      case AUTH_ROLE_DELETE -> edit.deleteRole(command.getAuthRoleDelete().getRole());
      case AUTH_ROLE_GRANT_PERMISSION -> edit.grant(command.getAuthRoleGrantPermission());
      case AUTH_ROLE_REVOKE_PERMISSION -> edit.revoke(command.getAuthRoleRevokePermission());
      default -> throw new IllegalArgumentException("not about users: " + command.getRequestCase());
    }
    return edit.change();
  }

  private AuthChange change() {
    boolean same = rows.isEmpty() && enabled == before.enabled() && revision == before.revision();
    if (same) {
      return new AuthChange(before, rows, tokens);
    }
    AuthState after =
        new AuthState(enabled, revision, users, roles, ticketKey, before.generation());
    rows.put(AuthRows.STATE, AuthRows.state(after));
    return new AuthChange(after, rows, tokens);
  }

  /** Once more is no error, and keeps the key. */
  private void enable(ByteString newTicketKey) {
    if (enabled) {
      return;
    }
    User root = before.user(AuthState.ROOT);
    if (root == null) {
      throw new AuthException(EtcdError.ROOT_USER_MISSING);
    }
    if (!root.getRolesList().contains(AuthState.ROOT)) {
      throw new AuthException(EtcdError.ROOT_ROLE_MISSING);
    }
    enabled = true;
    ticketKey = newTicketKey;
  }

  private void disable() {
    if (enabled) {
      enabled = false;
      revision++;
      tokens = TokenEffect.dropAll();
    }
  }

  private void login(String user, String token, long checkedRevision) {
    if (!enabled) {
      throw new AuthException(EtcdError.AUTH_NOT_ENABLED);
    }
    if (checkedRevision != revision) {
      throw new AuthException(EtcdError.AUTH_OLD_REVISION);
    }
    tokens = TokenEffect.assign(user, token);
  }

  private void addUser(AuthNewUser request) {
    if (request.getName().isEmpty()) {
      throw new AuthException(EtcdError.USER_EMPTY);
    }
    if (before.user(request.getName()) != null) {
      throw new AuthException(EtcdError.USER_EXISTS);
    }
    put(
        User.newBuilder()
            .setName(ByteString.copyFromUtf8(request.getName()))
            .setPassword(request.getPasswordHash())
            .setOptions(UserAddOptions.newBuilder().setNoPassword(request.getNoPassword()))
            .build());
    revision++;
  }

  private User requireUser(String name) {
    User found = before.user(name);
    if (found == null) {
      throw new AuthException(EtcdError.USER_NOT_FOUND);
    }
    return found;
  }

  private void deleteUser(String name) {
    requireNotRoot(name);
    User gone = requireUser(name);
    users.remove(gone.getName());
    rows.put(AuthRows.user(gone.getName()), null);
    revision++;
    tokens = TokenEffect.drop(name);
  }

  private void requireNotRoot(String name) {
    if (enabled && name.equals(AuthState.ROOT)) {
      throw new AuthException(EtcdError.INVALID_AUTH_MANAGEMENT);
    }
  }

  /** Who has no password gets none by this either, as in etcd. */
  private void changePassword(AuthNewPassword request) {
    User.Builder user = requireUser(request.getName()).toBuilder();
    if (!user.getOptions().getNoPassword()) {
      user.setPassword(request.getPasswordHash());
    }
    put(user.build());
    revision++;
    tokens = TokenEffect.drop(request.getName());
  }

  /** The role root need not exist to be granted. What somebody has already is no error. */
  private void grantRole(AuthUserGrantRoleRequest request) {
    User user = requireUser(request.getUser());
    if (!request.getRole().equals(AuthState.ROOT)) {
      requireRole(request.getRole());
    }
    if (user.getRolesList().contains(request.getRole())) {
      return;
    }
    List<String> held = new ArrayList<>(user.getRolesList());
    held.add(request.getRole());
    held.sort(Comparator.comparing(ByteString::copyFromUtf8, BYTES));
    put(user.toBuilder().clearRoles().addAllRoles(held).build());
    revision++;
  }

  private void revokeRole(AuthUserRevokeRoleRequest request) {
    if (request.getRole().equals(AuthState.ROOT)) {
      requireNotRoot(request.getName());
    }
    User user = requireUser(request.getName());
    List<String> held = new ArrayList<>(user.getRolesList());
    if (!held.remove(request.getRole())) {
      throw new AuthException(EtcdError.ROLE_NOT_GRANTED);
    }
    put(user.toBuilder().clearRoles().addAllRoles(held).build());
    revision++;
  }

  private void addRole(String name) {
    if (name.isEmpty()) {
      throw new AuthException(EtcdError.ROLE_EMPTY);
    }
    if (roles.containsKey(ByteString.copyFromUtf8(name))) {
      throw new AuthException(EtcdError.ROLE_EXISTS);
    }
    put(Role.newBuilder().setName(ByteString.copyFromUtf8(name)).build());
    revision++;
  }

  private Role requireRole(String name) {
    Role found = roles.get(ByteString.copyFromUtf8(name));
    if (found == null) {
      throw new AuthException(EtcdError.ROLE_NOT_FOUND);
    }
    return found;
  }

  private void deleteRole(String name) {
    requireNotRoot(name);
    Role gone = requireRole(name);
    roles.remove(gone.getName());
    rows.put(AuthRows.role(gone.getName()), null);
    for (User user : List.copyOf(users.values())) {
      List<String> held = new ArrayList<>(user.getRolesList());
      if (held.remove(name)) {
        put(user.toBuilder().clearRoles().addAllRoles(held).build());
      }
    }
    revision++;
  }

  private void grant(AuthRoleGrantPermissionRequest request) {
    if (!request.hasPerm()) {
      throw new AuthException(EtcdError.PERMISSION_NOT_GIVEN);
    }
    Permission given = request.getPerm();
    if (!isRange(given.getKey(), given.getRangeEnd())) {
      throw new AuthException(EtcdError.INVALID_AUTH_MANAGEMENT);
    }
    Role role = requireRole(request.getName());
    List<Permission> permissions = without(role, given.getKey(), given.getRangeEnd());
    permissions.add(given);
    permissions.sort(BY_RANGE);
    put(role.toBuilder().clearKeyPermission().addAllKeyPermission(permissions).build());
    revision++;
  }

  private static boolean isRange(ByteString key, ByteString rangeEnd) {
    return !key.isEmpty()
        && (rangeEnd.isEmpty() || rangeEnd.equals(ZERO) || BYTES.compare(key, rangeEnd) < 0);
  }

  private static List<Permission> without(Role role, ByteString key, ByteString rangeEnd) {
    List<Permission> others = new ArrayList<>(role.getKeyPermissionList());
    others.removeIf(held -> held.getKey().equals(key) && held.getRangeEnd().equals(rangeEnd));
    return others;
  }

  private void revoke(AuthRoleRevokePermissionRequest request) {
    Role role = requireRole(request.getRole());
    List<Permission> left = without(role, request.getKey(), request.getRangeEnd());
    if (left.size() == role.getKeyPermissionCount()) {
      throw new AuthException(EtcdError.PERMISSION_NOT_GRANTED);
    }
    put(role.toBuilder().clearKeyPermission().addAllKeyPermission(left).build());
    revision++;
  }

  private void put(User user) {
    users.put(user.getName(), user);
    rows.put(AuthRows.user(user.getName()), bytes(user));
  }

  private void put(Role role) {
    roles.put(role.getName(), role);
    rows.put(AuthRows.role(role.getName()), bytes(role));
  }

  private static byte[] bytes(MessageLite message) {
    return message.toByteArray();
  }
}
