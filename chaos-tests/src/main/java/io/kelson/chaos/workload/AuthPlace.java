package io.kelson.chaos.workload;

import io.kelson.chaos.Login;
import io.kelson.client.Bytes;
import io.kelson.client.Permission;

/**
 * A range of keys, a role of its own that may be allowed to use it, and a user who may have that
 * role. What is granted of it is known, since a place with a change whose outcome is not is left
 * for a new one: the change may come into force at any time after.
 *
 * @param login the user
 * @param role the role's name, new for each place
 * @param exists whether the role has been made
 * @param held whether the user has the role
 * @param type what the role may do with the range, null for nothing
 */
record AuthPlace(Login login, String role, boolean exists, boolean held, Permission.Type type) {
  /** A new one. */
  static AuthPlace of(Login login, long number) {
    return new AuthPlace(login, login.user() + "-" + number, false, false, null);
  }

  /** What its keys begin with. */
  Bytes prefix(Bytes all) {
    return all.concat(Bytes.utf8("auth/" + role + "/"));
  }

  AuthPlace made() {
    return new AuthPlace(login, role, true, held, type);
  }

  AuthPlace heldNow(boolean now) {
    return new AuthPlace(login, role, exists, now, type);
  }

  AuthPlace allowedNow(Permission.Type now) {
    return new AuthPlace(login, role, exists, held, now);
  }
}
