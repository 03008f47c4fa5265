package io.kelson.server.auth;

import com.google.protobuf.ByteString;
import io.kelson.api.EtcdError;
import io.kelson.api.auth.Permission;
import io.kelson.api.auth.Role;
import io.kelson.api.auth.User;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Users, roles and rights as of an entry of the log. A value: it never changes, and two members
 * that have applied the same entries hold equal ones.
 *
 * <p>The methods that begin with {@code require} do nothing while authentication is off, and throw
 * an {@link AuthException} with etcd's error if the caller may not.
 */
public final class AuthState {
  /** The user and the role that may do everything. */
  public static final String ROOT = "root";

  private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

  private static final Permission ROOT_PERMISSION =
      Permission.newBuilder().setPermType(Permission.Type.READWRITE).setRangeEnd(ZERO).build();

  private final boolean enabled;
  private final long revision;
  private final SortedMap<ByteString, User> users;
  private final SortedMap<ByteString, Role> roles;
  private final ByteString ticketKey;
  private final Object generation;

  /** Worked out when first asked for. */
  private final Map<String, Rights> rights = new ConcurrentHashMap<>();

  AuthState(
      boolean enabled,
      long revision,
      SortedMap<ByteString, User> users,
      SortedMap<ByteString, Role> roles,
      ByteString ticketKey,
      Object generation) {
    this.enabled = enabled;
    this.revision = revision;
    this.users = Collections.unmodifiableSortedMap(users);
    this.roles = Collections.unmodifiableSortedMap(roles);
    this.ticketKey = ticketKey;
    this.generation = generation;
  }

  /** Whether credentials are required. */
  public boolean enabled() {
    return enabled;
  }

  /** Counts the changes of users, roles and rights, from 1 on. */
  public long revision() {
    return revision;
  }

  /** The database it belongs to; see {@code StoreView.generation()}. */
  public Object generation() {
    return generation;
  }

  SortedMap<ByteString, User> users() {
    return users;
  }

  SortedMap<ByteString, Role> roles() {
    return roles;
  }

  /** What members vouch to each other with; empty if authentication was never on. */
  ByteString ticketKey() {
    return ticketKey;
  }

  /** The user of that name, or null. */
  public User user(String name) {
    return users.get(ByteString.copyFromUtf8(name));
  }

  /** Names of all users, in byte order. */
  public List<String> userNames() {
    return users.keySet().stream().map(ByteString::toStringUtf8).toList();
  }

  /** Names of all roles, in byte order. */
  public List<String> roleNames() {
    return roles.keySet().stream().map(ByteString::toStringUtf8).toList();
  }

  /**
   * The roles of a user, in order.
   *
   * @throws AuthException if there is no such user
   */
  public List<String> rolesOf(String user) {
    User found = user(user);
    if (found == null) {
      throw new AuthException(EtcdError.USER_NOT_FOUND);
    }
    return found.getRolesList();
  }

  /**
   * The rights of a role, in key order.
   *
   * @throws AuthException if there is no such role
   */
  public List<Permission> permissionsOf(String role) {
    Role found = roles.get(ByteString.copyFromUtf8(role));
    if (found == null) {
      throw new AuthException(EtcdError.ROLE_NOT_FOUND);
    }
    return role.equals(ROOT) ? List.of(ROOT_PERMISSION) : found.getKeyPermissionList();
  }

  /** Somebody who exists, with credentials that are up to date. */
  public void requireUser(Identity who) {
    if (enabled) {
      known(who);
    }
  }

  /**
   * A user with the role root. As in etcd, credentials may be older than the newest change: whoever
   * administers changes something with every request.
   */
  public void requireRoot(Identity who) {
    if (!enabled || who.isMember()) {
      return;
    }
    if (who.user().isEmpty()) {
      throw new AuthException(EtcdError.USER_EMPTY);
    }
    if (!rights(who.user()).isRoot()) {
      throw new AuthException(EtcdError.PERMISSION_DENIED);
    }
  }

  /** The right to read all keys that a request names. */
  public void requireRead(Identity who, ByteString key, ByteString rangeEnd) {
    if (!enabled || who.isMember()) {
      return;
    }
    Rights of = known(who);
    require(of.isRoot() || of.readable().covers(key, rangeEnd));
  }

  /** The right to write all keys that a request names. */
  public void requireWrite(Identity who, ByteString key, ByteString rangeEnd) {
    if (!enabled || who.isMember()) {
      return;
    }
    Rights of = known(who);
    require(of.isRoot() || of.writable().covers(key, rangeEnd));
  }

  /** Root, or the user whose roles are asked for. */
  public void requireSelfOrRoot(Identity who, String user) {
    if (!who.user().equals(user) || user.isEmpty()) {
      requireRoot(who);
    } else {
      requireUser(who);
    }
  }

  /** Root, or a user who has the role that is asked for. */
  public void requireHolderOrRoot(Identity who, String role) {
    User asking = user(who.user());
    if (asking == null || !asking.getRolesList().contains(role)) {
      requireRoot(who);
    } else {
      requireUser(who);
    }
  }

  /** Whether every key is open to that user. */
  public boolean isRoot(Identity who) {
    return who.isMember() || rights(who.user()).isRoot();
  }

  private static void require(boolean allowed) {
    if (!allowed) {
      throw new AuthException(EtcdError.PERMISSION_DENIED);
    }
  }

  private Rights known(Identity who) {
    if (who.user().isEmpty()) {
      throw new AuthException(EtcdError.USER_EMPTY);
    }
    if (who.revision() < revision) {
      throw new AuthException(EtcdError.AUTH_OLD_REVISION);
    }
    if (user(who.user()) == null) {
      throw new AuthException(EtcdError.PERMISSION_DENIED);
    }
    return rights(who.user());
  }

  /** Nothing at all for somebody who does not exist; such names are not kept. */
  private Rights rights(String user) {
    Rights known = rights.get(user);
    if (known != null) {
      return known;
    }
    User found = user(user);
    if (found == null) {
      return new Rights(false, KeyIntervals.NONE, KeyIntervals.NONE);
    }
    List<Role> held =
        found.getRolesList().stream()
            .map(name -> roles.get(ByteString.copyFromUtf8(name)))
            .filter(role -> role != null)
            .toList();
    Rights computed = Rights.of(found.getRolesList().contains(ROOT), held);
    rights.put(user, computed);
    return computed;
  }
}
